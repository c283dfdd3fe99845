"""Many photos at once: a gallery that a script fills, and, without it, a table of predictions from one form."""

from __future__ import annotations

from flask import Blueprint, render_template

from pawsight.web.api import problems
from pawsight.web.pages.forms import classify_form
from pawsight.web.security.visitor_cookie import set_visitor_cookie

batch = Blueprint("batch", __name__)
batch.after_request(set_visitor_cookie)


@batch.get("/batch")
def page() -> str:
    """Show the gallery, empty; its items are kept in the visitor's browser."""
    return render_template("batch.html", problems=_problems())


@batch.post("/batch")
def classify() -> tuple[str, int]:
    """Show the same page with a row for each photo: a prediction, or what is wrong with it."""
    rows, status, card = classify_form()
    return render_template("batch.html", problems=_problems(), rows=rows, card=card), status


def _problems() -> dict[str, dict[str, str]]:
    """Return every problem in the visitor's language, for the script; where no detail stands, the response has it."""
    worded = [problems.in_words(one) for one in problems.known()]
    return {one.code: {"title": one.title, "detail": one.detail} for one in worded}
