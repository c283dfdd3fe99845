"""A visitor's own photos: found again, corrected, deleted one by one or all at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pawsight.archive.entry import ArchiveEntry, EntryPage, Filter
from pawsight.web.security.visitor_cookie import set_visitor_cookie, visitor_token
from pawsight.web.service import recall
from pawsight.web.state import state

history = Blueprint("history", __name__)
history.after_request(set_visitor_cookie)

SIZE = 24  # cards on a page without a script
LISTED = 200  # photos in one JSON response


@history.get("/photos")
def page() -> str | Response:
    """Show one page of them, newest first, or list it as JSON; a page beyond the last redirects to the last."""
    archive, number = state().archive, max(1, request.args.get("page", 1, type=int))
    as_json = wants_json()
    found = archive.find(Filter(visitor=visitor_token()), page=number, size=LISTED if as_json else SIZE)
    if as_json:
        return listed(found)
    if number > found.pages:
        return redirect(url_for("history.page", page=found.pages))
    answers = [recall(entry.id, archive) for entry in found.entries]
    return render_template("history.html", answers=answers, found=found)


def wants_json() -> bool:
    """Return whether the gallery's script asks, and not a person."""
    return request.accept_mimetypes.best == "application/json"


def listed(found: EntryPage) -> Response:
    """List archived photos for the gallery, as JSON."""
    return jsonify(photos=[photo_fields(entry) for entry in found.entries if entry.model], pages=found.pages)


def photo_fields(entry: ArchiveEntry) -> dict[str, Any]:
    """Return what the gallery shows of an archived photo."""
    shown = ("id", "label", "verdict", "scores", "model", "correction")
    return {name: getattr(entry, name) for name in shown} | {
        "created": entry.created.isoformat(),
        "photo": url_for("api.photo", id=entry.id),
        "heatmap": url_for("api.heat", id=entry.id),
    }


@history.post("/photos/delete")
def delete_all() -> Response:
    """Delete all photos of this visitor for good."""
    state().archive.delete_visitor(visitor_token())
    return redirect(url_for("history.page"), 303)
