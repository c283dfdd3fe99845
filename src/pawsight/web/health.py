"""Two questions of an operator's tools: does the process live, and does the model answer right?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from pawsight.web.state import state

health = Blueprint("health", __name__)


@health.get("/livez")
def live() -> Response:
    """200 while the process answers at all."""
    return jsonify(status="alive")


@health.get("/readyz")
def ready() -> Response:
    """200 where the model answers its golden pictures as its card says; else 503."""
    shelf = state().shelf
    classifier = shelf.first
    state().examination.take(classifier)
    return jsonify(status="ready", model=classifier.card.id, refused=shelf.refused)
