"""Own classes from the page: name them, add photos, forecast, train, try, download.

All that takes long happens in a process of its own (`learn.job`); this one only reads how far it is.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from pawsight import images
from pawsight.classifier import Classifier, Prediction
from pawsight.errors import BadData, ImageError
from pawsight.explain import heat, overlay, to_png
from pawsight.model.card import ModelCard
from pawsight.model.class_names import same_class
from pawsight.web.admin import project as project_store
from pawsight.web.admin import publish
from pawsight.web.admin.auth import error_page
from pawsight.web.admin.project import Project
from pawsight.web.admin.upload import reason, receive
from pawsight.web.state import state
from pawsight.web.ui import model_metrics, model_text
from pawsight.web.ui.diagnoses import exactly
from pawsight.web.ui.i18n import gettext as _
from pawsight.web.ui.i18n import mark
from pawsight.web.uploads import FIELD

learning = Blueprint("learning", __name__, url_prefix="/learn")

LEAST = 10  # photos of a class, below which an estimate says little
SHOWN = 8  # small pictures of a class
_NONE = {"neither", "other"}  # no classes
_BASE = "default"
_TASKS = ("forecast", "learn")
_STEPS = (mark("Looking at photos"), mark("Forecasting"), mark("Learning"))  # what the job calls its steps


def _root() -> Path:
    return state().settings.admin_folder / "albums"


def _find(id: str) -> Project:
    return project_store.find(_root(), id)


@learning.get("/")
def index() -> str:
    """Return all models that were begun here."""
    begun = list(project_store.projects(_root()))
    return render_template(
        "admin/projects.html", projects=begun, missing=project_store.missing(), **publish.published_models()
    )


@learning.post("/")
def begin() -> AnyResponse:
    """Begin a model."""
    try:
        begun = project_store.begin(_root(), request.form.get("name", ""))
    except BadData as error:
        return error_page(_("That does not work"), exactly(error), 400)
    return redirect(url_for("admin.learning.show", id=begun.id), 303)


@learning.get("/<id>")
def show(id: str) -> str:
    """One model: its classes, photos, forecast, figures."""
    return _page(_find(id))


def _page(project: Project, **more: Any) -> str:
    model = model_metrics.describe(project.model) if project.model else None
    counts = project.counts()
    return render_template(
        "admin/project.html",
        project=project,
        counts=counts,
        pictures={name: project.photos(name)[:SHOWN] for name in counts},
        status=project.job.status(),
        forecast=project.forecast,
        model=model,
        facts=model_text.facts(model.measured)[:3] if model and model.measured else [],
        short=_short(counts),
        missing=project_store.missing(),
        **publish.published_name(project),
        **more,
    )


def _short(counts: dict[str, int]) -> bool:
    """Return whether fewer than two classes have enough photos; the job counts different ones, and may find fewer."""
    return sum(count >= LEAST for name, count in counts.items() if same_class(name) not in _NONE) < 2


@learning.post("/<id>/classes")
def add_class(id: str) -> AnyResponse:
    """Add a class."""
    try:
        _find(id).add_class(request.form.get("name", ""))
    except BadData as error:
        return error_page(_("That does not work"), exactly(error), 400)
    return _back(id)


@learning.post("/<id>/classes/<name>/delete")
def remove_class(id: str, name: str) -> AnyResponse:
    """Delete a class with its photos."""
    project = _find(id)
    if project.job.runs:
        return _busy()
    project.remove_class(name)
    return _back(id)


def _back(id: str) -> AnyResponse:
    return redirect(url_for("admin.learning.show", id=id), 303)


def _busy() -> Response:
    return error_page(_("This has to wait"), _("Training is in progress. Wait until it is done, or stop it."), 409)


@learning.post("/<id>/photos")
def add_photos(id: str) -> AnyResponse | str:
    """Add photos of one class, or a ZIP with a folder for each."""
    project = _find(id)
    if project.job.runs:
        return _busy()
    failed = receive(project)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(failed=[{"name": name, "reason": reason} for name, reason in failed])
    return _page(project, failed=failed) if failed else _back(id)


@learning.get("/<id>/classes/<name>")
def photos(id: str, name: str) -> str:
    """Return all photos of a class."""
    project = _find(id)
    return render_template("admin/class.html", project=project, name=name, photos=project.photos(name))


@learning.post("/<id>/classes/<name>/remove")
def remove_photos(id: str, name: str) -> AnyResponse:
    """Take chosen photos out of a class."""
    project = _find(id)
    if project.job.runs:
        return _busy()
    for sha256 in request.form.getlist("photo"):
        project.remove(name, sha256)
    return redirect(url_for("admin.learning.photos", id=id, name=name), 303)


@learning.get("/<id>/small/<sha256>.jpg")
def small(id: str, sha256: str) -> Response:
    """A photo's small copy."""
    return Response(_find(id).small(sha256), mimetype="image/jpeg")


@learning.post("/<id>/start")
def start(id: str) -> AnyResponse:
    """Forecast, or learn, in the background; one at a time."""
    project, task = _find(id), request.form.get("task", "")
    if any(one.job.runs for one in project_store.projects(_root())):
        return _busy()
    if task not in _TASKS or project_store.missing() or _short(project.counts()):
        return error_page(
            _("That does not work"), _("It takes two classes or more, with ten different photos of each."), 400
        )
    project.start(task, _BASE)
    return _back(id)


@learning.post("/<id>/stop")
def stop(id: str) -> AnyResponse:
    """Stop it; nothing half-done stays."""
    _find(id).job.stop()
    return _back(id)


@learning.get("/<id>/progress")
def progress(id: str) -> str:
    """The part of the page that says how far it is, for the script."""
    return render_template("admin/progress.html", project=_find(id), status=_find(id).job.status())


@learning.post("/<id>/try")
def try_out(id: str) -> str | AnyResponse:
    """Ask the new model about a photo; nothing of it is kept."""
    project, photo = _find(id), request.files.get(FIELD)
    if project.model is None or photo is None or not photo.filename:
        return _back(id)
    classifier = Classifier.load(project.model, limits=state().settings.limits)
    try:
        opened = state().decoders.open(photo.read(), classifier.card.input, classifier.limits, thumbnail=True)
    except ImageError as error:
        return _page(project, failed=[(photo.filename, reason(error))])
    prediction = classifier.predict_fitted([opened.square])[0]
    return _page(
        project, prediction=prediction, picture=_explained(images.decode(opened.thumbnail), prediction, classifier.card)
    )


def _explained(pixels: np.ndarray[Any, Any], prediction: Prediction, card: ModelCard) -> str:
    """Return where the model looked for its highest class, as an address that holds the picture."""
    evidence = np.ascontiguousarray(prediction.maps[:, :, card.classes.index(prediction.label)])
    png = to_png(overlay(pixels, heat(evidence), card.input))
    return "data:image/png;base64," + base64.b64encode(png).decode()


@learning.post("/<id>/delete-photos")
def delete_photos(id: str) -> AnyResponse:
    """Delete the photos; the model stays."""
    project = _find(id)
    if project.job.runs:
        return _busy()
    project.delete_photos()
    return _back(id)


@learning.post("/<id>/delete")
def delete(id: str) -> AnyResponse:
    """Delete photos and model."""
    project = _find(id)
    if project.job.runs:
        return _busy()
    project.delete()
    return redirect(url_for("admin.learning.index"), 303)
