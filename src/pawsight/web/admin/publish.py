"""Models that were trained here, in a browser or elsewhere: download, publish to visitors, unpublish."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from pawsight.errors import BadModel
from pawsight.storage import private
from pawsight.storage.zip_stream import zip_stream
from pawsight.web.admin import project as project_store
from pawsight.web.admin.auth import error_page
from pawsight.web.admin.model_upload import unpack
from pawsight.web.admin.project import Project
from pawsight.web.models import published
from pawsight.web.models.registry import published_folder
from pawsight.web.pages.history import wants_json
from pawsight.web.state import state
from pawsight.web.ui.diagnoses import exactly
from pawsight.web.ui.i18n import gettext as _

offering = Blueprint("offering", __name__, url_prefix="/learn")

_ABANDONED = 3600  # seconds; unpacking a model takes a few


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
    model = _find(id).model
    if model is None:
        return error_page(_("There is no model yet"), _("Train the model first."), 404)
    if trouble := _not_published(model, model.name):
        return error_page(_("That does not work"), trouble, 409)
    return redirect(url_for("admin.learning.show", id=id) + "#offer", 303)


@offering.post("/offered")
def publish_folder() -> AnyResponse:
    """Check a model folder that comes as a ZIP, as *Train* and `pawsight learn` write it, and publish it."""
    as_json, sent = wants_json(), request.files.get("model")
    name, trouble = _receive(sent) if sent and sent.filename else ("", _("Choose the ZIP of a model folder."))
    if trouble:
        return (jsonify(error=trouble), 409) if as_json else error_page(_("That does not work"), trouble, 409)  # type: ignore[return-value]
    if as_json:
        return jsonify(name=name, page=url_for("models.shipped", name=name))
    return redirect(url_for("admin.learning.index"), 303)


def _receive(sent: FileStorage) -> tuple[str, str]:
    """Keep a model that was sent; its name, and why it was not kept."""
    root = private.make_folder(state().settings.admin_folder)
    private.remove_leftovers(root, _ABANDONED, ".model-*")  # of a server that was killed
    with tempfile.TemporaryDirectory(dir=root, prefix=".model-") as folder:
        try:
            card = unpack(sent.stream, Path(folder))
        except BadModel as error:
            return "", exactly(error).replace(folder, "ZIP")
        return card.name, _not_published(Path(folder), card.name)


def _not_published(model: Path, name: str) -> str:
    """Publish a model; why it was not, empty where it was."""
    settings, registry = state().settings, state().registry
    if registry.kept is None:
        return _("This server offers no choice of models (its setting models).")
    if registry.has(name):
        return _("%(name)s is the name of another model here. Begin one with another name.") % {"name": name}
    try:
        published.keep(published_folder(settings), model)
    except BadModel as error:
        return exactly(error).replace(str(model), name)
    return ""


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
    """Return what the page of all models shows: those that visitors may choose, and what is wrong with others."""
    registry = state().registry
    if registry.kept is None:
        return {"offers": [], "broken": {}}
    return {"offers": [one.card for one in registry.kept.models().values()], "broken": registry.kept.broken()}


def published_name(project: Project) -> dict[str, Any]:
    """Return what the page of one model shows: whether it can be offered, and which version of it is."""
    settings, registry = state().settings, state().registry
    card = published.kept_card(published_folder(settings), project.about.name)
    return {
        "may_offer": registry.kept is not None,
        "on_offer": card,
        "kept_at": published_folder(settings) / project.about.name,
    }
