"""Many photos at once: a list that a script fills, and, without it, a table of answers from one form."""

from __future__ import annotations

from flask import Blueprint, render_template

from pawsight.web import problems
from pawsight.web.forms import answer_form
from pawsight.web.visitors import greet

many = Blueprint("many", __name__)
many.after_request(greet)


@many.get("/batch")
def page() -> str:
    """The list, empty; what was in it stands in the visitor's browser."""
    return render_template("batch.html", problems=_problems())


@many.post("/batch")
def answer() -> tuple[str, int]:
    """The same page with a row for each photo: an answer, or what is wrong with it."""
    rows, status, card = answer_form()
    return render_template("batch.html", problems=_problems(), rows=rows, card=card), status


def _problems() -> dict[str, dict[str, str]]:
    """Every problem in the visitor's words, for the script; where no detail stands, the answer has the exact one."""
    said = [problems.in_words(one) for one in problems.known()]
    return {one.code: {"title": one.title, "detail": one.detail} for one in said}
