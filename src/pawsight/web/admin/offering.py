"""Models that were learnt here: downloaded, or offered to visitors beside the others until they are taken away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from pawsight.errors import BadModel
from pawsight.web import kept
from pawsight.web.admin import album as albums
from pawsight.web.admin.album import Album
from pawsight.web.admin.guard import refusal
from pawsight.web.language import gettext as _
from pawsight.web.shelf import kept_folder
from pawsight.web.state import state
from pawsight.zipping import zip_stream

offering = Blueprint("offering", __name__, url_prefix="/learn")


def _find(id: str) -> Album:
    return albums.find(state().settings.admin_folder / "albums", id)


@offering.get("/<id>/model.zip")
def download(id: str) -> AnyResponse:
    """The model folder as a zip; every command of Pawsight takes what is in it."""
    model = _find(id).model
    if model is None:
        return refusal(_("There is no model yet"), _("Let it learn first."), 404)
    paths = sorted(path for path in model.rglob("*") if path.is_file())
    files = ((f"{model.name}/{path.relative_to(model).as_posix()}", path.read_bytes()) for path in paths)
    response = Response(zip_stream(files), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{model.name}.zip"'
    return response


@offering.post("/<id>/offer")
def offer(id: str) -> AnyResponse:
    """Offer an album's model to visitors, in place of an earlier one of its name."""
    settings, shelf = state().settings, state().shelf
    model = _find(id).model
    if model is None:
        return refusal(_("There is no model yet"), _("Let it learn first."), 404)
    if shelf.kept is None:
        return refusal(_("That does not work"), _("This server offers no choice of models (its setting models)."), 409)
    if shelf.has(model.name):
        detail = _("%(name)s is the name of another model here. Begin one with another name.")
        return refusal(_("That does not work"), detail % {"name": model.name}, 409)
    try:
        kept.keep(kept_folder(settings), model)
    except BadModel as error:
        return refusal(_("That does not work"), str(error), 409)
    return redirect(url_for("admin.learning.show", id=id) + "#offer", 303)


@offering.post("/offered/<name>/remove")
def remove(name: str) -> AnyResponse:
    """Offer a model no longer; what was learnt stays in its album."""
    shared = state()
    if shared.shelf.kept and name in shared.shelf.kept.names():
        if shared.shelf.first.card.name == name:
            return refusal(_("That does not work"), _("This model answers here. Choose another one first."), 409)
        kept.remove(kept_folder(shared.settings), name)
    return redirect(url_for("admin.learning.index"), 303)


def offered() -> dict[str, Any]:
    """What the page of all models shows: those that visitors may choose, and what is wrong with others."""
    shelf = state().shelf
    if shelf.kept is None:
        return {"offers": [], "broken": {}}
    return {"offers": [one.card for one in shelf.kept.models().values()], "broken": shelf.kept.broken()}


def offer_of(album: Album) -> dict[str, Any]:
    """What the page of one model shows: whether it can be offered, and which version of it is."""
    settings, shelf = state().settings, state().shelf
    card = kept.kept_card(kept_folder(settings), album.about.name)
    return {"may_offer": shelf.kept is not None, "on_offer": card, "kept_at": kept_folder(settings) / album.about.name}
