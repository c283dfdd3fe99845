"""The page, for people. Works without JavaScript; `static/modules/ask.js` sends the same form in the background."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pawsight.card import ModelCard
from pawsight.errors import ModelNotFound
from pawsight.images import ALLOWED
from pawsight.web.answers import Answer, recall
from pawsight.web.forms import answer_form
from pawsight.web.repeats import new_key
from pawsight.web.state import state
from pawsight.web.uploads import FIELD
from pawsight.web.visitors import check_owner, greet

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
        "card_of": _card_of,
        "offered": shared.shelf.cards(),
        "field": FIELD,
        "new_key": new_key,
        "formats": _FORMATS,
        "accept": _ACCEPT,
    }


def _card_of(answer: Answer) -> ModelCard:
    """The card of the model that gave an answer; where that one is gone, of the one that answers now."""
    try:
        return state().shelf.card(answer.prediction.model)
    except ModelNotFound:
        return state().classifier.card


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
    shown, status, _ = answer_form()
    return render_template("index.html", shown=shown), status


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
