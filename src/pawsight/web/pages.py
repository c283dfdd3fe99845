"""The page, for people. Works without JavaScript; `static/pawsight.js` sends the same form in the background."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pawsight.images import ALLOWED
from pawsight.web import problems
from pawsight.web.answers import Answer, answer_or_error, recall
from pawsight.web.state import state
from pawsight.web.uploads import FIELD, uploads
from pawsight.web.visitors import check_owner, greet, token

pages = Blueprint("pages", __name__)
pages.after_request(greet)

# Each by its name and not `image/*`: an iPhone turns its HEIC photos into JPEG for a page that does not ask for HEIC.
_ACCEPT = ",".join(f"image/{kind}" for kind in ("jpeg", "png", "webp", "gif", "avif", "bmp"))
_FORMATS = ALLOWED.replace(" and ", ", ").split(", ")


@pages.app_context_processor
def _common() -> dict[str, Any]:
    """What every page may show."""
    shared = state()
    return {
        "settings": shared.settings,
        "card": shared.classifier.card,
        "field": FIELD,
        "formats": _FORMATS,
        "accept": _ACCEPT,
    }


@pages.get("/")
def index() -> str:
    """The form, without answers."""
    return render_template("index.html")


@pages.get("/predict")
def back() -> Response:
    """Whoever types this address means the form."""
    return redirect(url_for("pages.index"), 303)


@pages.post("/predict")
def predict() -> tuple[str, int]:
    """The form again, with a card for each photo: an answer, or what is wrong with it."""
    shared = state()
    photos = uploads(shared.settings)
    outcomes = [answer_or_error(photo.data, shared.classifier, shared.archive, token()) for photo in photos]
    shown = [x if isinstance(x, Answer) else problems.in_words(problems.describe(x)) for x in outcomes]
    statuses = [x.status for x in shown if isinstance(x, problems.Problem)]
    status = statuses[0] if len(statuses) == len(shown) else 200
    return render_template("index.html", shown=list(zip(photos, shown, strict=True))), status


@pages.get("/predictions/<id>")
def again(id: str) -> str:
    """The form again, with the card of an answer that was given before."""
    return render_template("index.html", shown=[(None, recall(id, state().archive))])


@pages.post("/predictions/<id>/correction")
def correct(id: str) -> Response:
    """Note what the button says that the photo shows; one without a label takes that back."""
    archive = state().archive
    check_owner(id, archive)
    archive.correct(id, request.form.get("label") or None)
    return redirect(url_for("pages.again", id=id), 303)


@pages.post("/predictions/<id>/forget")
def forget(id: str) -> Response:
    """Forget an answer and its photo for good."""
    archive = state().archive
    check_owner(id, archive)
    archive.forget(id)
    return redirect(url_for("pages.index"), 303)
