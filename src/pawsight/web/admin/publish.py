"""Models that were trained here: download them, publish them to visitors, unpublish them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from pawsight.errors import BadModel
from pawsight.storage.zip_stream import zip_stream
from pawsight.web.admin import project as project_store
from pawsight.web.admin.auth import error_page
from pawsight.web.admin.project import Project
from pawsight.web.models import published
from pawsight.web.models.registry import published_folder
from pawsight.web.state import state
from pawsight.web.ui.diagnoses import exactly
from pawsight.web.ui.i18n import gettext as _

offering = Blueprint("offering", __name__, url_prefix="/learn")


def _find(id: str) -> Project:
    return project_store.find(state().settings.admin_folder / "albums", id)


@offering.get("/<id>/model.zip")
def download(id: str) -> AnyResponse:
    """The model folder as a zip; every command of Pawsight takes what is in it."""
    model = _find(id).model
    if model is None:
        return error_page(_("There is no model yet"), _("Train the model first."), 404)
    paths = sorted(path for path in model.rglob("*") if path.is_file())
    files = ((f"{model.name}/{path.relative_to(model).as_posix()}", path.read_bytes()) for path in paths)
    response = Response(zip_stream(files), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{model.name}.zip"'
    return response


@offering.post("/<id>/offer")
def publish_model(id: str) -> AnyResponse:
    """Publish a project's model to visitors, in place of an earlier one of its name."""
    settings, registry = state().settings, state().registry
    model = _find(id).model
    if model is None:
        return error_page(_("There is no model yet"), _("Train the model first."), 404)
    if registry.kept is None:
        return error_page(
            _("That does not work"), _("This server offers no choice of models (its setting models)."), 409
        )
    if registry.has(model.name):
        detail = _("%(name)s is the name of another model here. Begin one with another name.")
        return error_page(_("That does not work"), detail % {"name": model.name}, 409)
    try:
        published.keep(published_folder(settings), model)
    except BadModel as error:
        return error_page(_("That does not work"), exactly(error), 409)
    return redirect(url_for("admin.learning.show", id=id) + "#offer", 303)


@offering.post("/offered/<name>/remove")
def remove(name: str) -> AnyResponse:
    """Unpublish a model; it stays in its project."""
    shared = state()
    if shared.registry.kept and name in shared.registry.kept.names():
        if shared.registry.first.card.name == name:
            return error_page(_("That does not work"), _("This is the active model. Choose another one first."), 409)
        published.remove(published_folder(shared.settings), name)
    return redirect(url_for("admin.learning.index"), 303)


def published_models() -> dict[str, Any]:
    """What the page of all models shows: those that visitors may choose, and what is wrong with others."""
    registry = state().registry
    if registry.kept is None:
        return {"offers": [], "broken": {}}
    return {"offers": [one.card for one in registry.kept.models().values()], "broken": registry.kept.broken()}


def published_name(project: Project) -> dict[str, Any]:
    """What the page of one model shows: whether it can be offered, and which version of it is."""
    settings, registry = state().settings, state().registry
    card = published.kept_card(published_folder(settings), project.about.name)
    return {
        "may_offer": registry.kept is not None,
        "on_offer": card,
        "kept_at": published_folder(settings) / project.about.name,
    }
