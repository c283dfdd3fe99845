"""Health checks: is the process alive, and would an upload be classified and stored?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from pawsight.web.state import state

health = Blueprint("health", __name__)


@health.get("/livez")
def live() -> Response:
    """Return 200 while the process runs."""
    return jsonify(status="alive")


@health.get("/readyz")
def ready() -> Response:
    """200 where an upload would be classified and stored; else the problem that it would get."""
    shared = state()
    classifier = shared.registry.first
    shared.readiness.check(classifier, (shared.archive.probe, shared.limits.probe))
    return jsonify(status="ready", model=classifier.card.id, refused=shared.registry.refused)
