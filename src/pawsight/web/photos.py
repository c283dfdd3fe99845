"""A visitor's own photos: found again, corrected, forgotten one by one or all at once."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pawsight.archive.entry import Filter
from pawsight.web.answers import recall
from pawsight.web.state import state
from pawsight.web.visitors import greet, token

photos = Blueprint("photos", __name__)
photos.after_request(greet)

SIZE = 24


@photos.get("/photos")
def page() -> str | Response:
    """One page of them, newest first; a page beyond the last leads to the last."""
    archive, number = state().archive, max(1, request.args.get("page", 1, type=int))
    found = archive.find(Filter(visitor=token()), page=number, size=SIZE)
    if number > found.pages:
        return redirect(url_for("photos.page", page=found.pages))
    answers = [recall(entry.id, archive) for entry in found.entries]
    return render_template("photos.html", answers=answers, found=found)


@photos.post("/photos/forget")
def forget_all() -> Response:
    """Forget all that this visitor brought, for good."""
    state().archive.forget_visitor(token())
    return redirect(url_for("photos.page"), 303)
