"""The front page: classify single photos.

Works without JavaScript; `static/modules/classify.js` sends the same form in the background.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pawsight.errors import EntryNotFound, ModelNotFound
from pawsight.images import ALLOWED
from pawsight.model.card import ModelCard
from pawsight.web.api.idempotency import new_key
from pawsight.web.pages.forms import classify_form
from pawsight.web.security.visitor_cookie import check_owner, set_visitor_cookie
from pawsight.web.service import ClassifiedUpload, recall
from pawsight.web.state import state
from pawsight.web.uploads import FIELD

pages = Blueprint("pages", __name__)
pages.after_request(set_visitor_cookie)

# Each by its name and not `image/*`: an iPhone turns its HEIC photos into JPEG for a page that does not accept HEIC.
_ACCEPT = ",".join(f"image/{kind}" for kind in ("jpeg", "png", "webp", "gif", "avif", "bmp"))
_FORMATS = ALLOWED.replace(" and ", ", ").split(", ")
_MOST_SHOWN = 24  # cards that one request may ask for


@pages.app_context_processor
def _common() -> dict[str, Any]:
    """Return what every page may show."""
    shared = state()
    return {
        "settings": shared.settings,
        "card": shared.classifier.card,
        "card_of": _card_of,
        "offered": shared.registry.cards(),
        "field": FIELD,
        "new_key": new_key,
        "formats": _FORMATS,
        "accept": _ACCEPT,
    }


def _card_of(answer: ClassifiedUpload) -> ModelCard:
    """Return the card of the model that made a prediction; of the active model where that one is gone."""
    try:
        return state().registry.card(answer.prediction.model)
    except ModelNotFound:
        return state().classifier.card


@pages.get("/")
def index() -> str:
    """Show the form, and the predictions that the query names (`?id=...&id=...`): a script reloads its cards so."""
    shown = [(None, found) for found in _found(request.args.getlist("id")[:_MOST_SHOWN])]
    return render_template("classify.html", shown=shown)


def _found(ids: list[str]) -> Iterator[ClassifiedUpload]:
    for id in ids:
        with suppress(EntryNotFound):
            yield recall(id, state().archive)


@pages.get("/predict")
def form() -> Response:
    """Redirect to the form: the address takes photos by POST only."""
    return redirect(url_for("pages.index"), 303)


@pages.post("/predict")
def predict() -> tuple[str, int]:
    """Show the form with a card for each photo: a prediction, or what is wrong with it.

    The installed app's share target posts here, too.
    """
    shown, status, _ = classify_form()
    return render_template("classify.html", shown=shown), status


@pages.get("/predictions/<id>")
def again(id: str) -> str:
    """Show the form with the card of an earlier prediction."""
    return render_template("classify.html", shown=[(None, recall(id, state().archive))])


@pages.post("/predictions/<id>/correction")
def correct(id: str) -> Response:
    """Store the label of the button that was pressed; an empty one removes the correction."""
    archive = state().archive
    check_owner(id, archive)
    archive.correct(id, request.form.get("label") or None)
    return redirect(url_for("pages.again", id=id), 303)


@pages.post("/predictions/<id>/forget")
def delete(id: str) -> Response:
    """Delete a prediction and its photo for good."""
    archive = state().archive
    check_owner(id, archive)
    archive.delete(id)
    return redirect(url_for("pages.index"), 303)
