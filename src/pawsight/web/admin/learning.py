"""Own classes from the page: name them, bring photos, see what would come of it, learn, try, take away.

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
from pawsight.card import ModelCard
from pawsight.classifier import Classifier, Prediction
from pawsight.errors import BadData, ImageError
from pawsight.explain import heat, overlay, to_png
from pawsight.web import measured, model_words
from pawsight.web.admin import album as albums
from pawsight.web.admin import offering
from pawsight.web.admin.album import Album
from pawsight.web.admin.bringing import bring, reason
from pawsight.web.admin.guard import refusal
from pawsight.web.language import gettext as _
from pawsight.web.language import mark
from pawsight.web.state import state
from pawsight.web.uploads import FIELD

learning = Blueprint("learning", __name__, url_prefix="/learn")

LEAST = 10  # photos of a class, as `learn.album` wants them
SHOWN = 8  # small pictures of a class
_NONE = {"neither", "other"}  # no classes
_BASE = "default"
_TASKS = ("foretell", "learn")
_STEPS = (mark("Looking at photos"), mark("Forecasting"), mark("Learning"))  # what the job calls its steps


def _root() -> Path:
    return state().settings.admin_folder / "albums"


def _find(id: str) -> Album:
    return albums.find(_root(), id)


@learning.get("/")
def index() -> str:
    """All models that were begun here."""
    begun = list(albums.albums(_root()))
    return render_template("admin/albums.html", albums=begun, missing=albums.missing(), **offering.offered())


@learning.post("/")
def begin() -> AnyResponse:
    """Begin a model."""
    try:
        begun = albums.begin(_root(), request.form.get("name", ""))
    except BadData as error:
        return refusal(_("That does not work"), str(error), 400)
    return redirect(url_for("admin.learning.show", id=begun.id), 303)


@learning.get("/<id>")
def show(id: str) -> str:
    """One model: its classes, photos, forecast, figures."""
    return _page(_find(id))


def _page(album: Album, **more: Any) -> str:
    model = measured.describe(album.model) if album.model else None
    counts = album.counts()
    return render_template(
        "admin/album.html",
        album=album,
        counts=counts,
        pictures={name: album.photos(name)[:SHOWN] for name in counts},
        status=album.job.status(),
        foretold=album.foretold,
        model=model,
        facts=model_words.facts(model.measured)[:3] if model and model.measured else [],
        short=_short(counts),
        missing=albums.missing(),
        **offering.offer_of(album),
        **more,
    )


def _short(counts: dict[str, int]) -> bool:
    """Whether there is too little to learn from; the job counts different photos, and may still find fewer."""
    classes = {name: count for name, count in counts.items() if name not in _NONE}
    return len(classes) < 2 or min(classes.values()) < LEAST


@learning.post("/<id>/classes")
def add_class(id: str) -> AnyResponse:
    """Name a class."""
    try:
        _find(id).add_class(request.form.get("name", ""))
    except BadData as error:
        return refusal(_("That does not work"), str(error), 400)
    return _back(id)


@learning.post("/<id>/classes/<name>/delete")
def remove_class(id: str, name: str) -> AnyResponse:
    """Take a class away, with its photos."""
    album = _find(id)
    if album.job.runs:
        return _busy()
    album.remove_class(name)
    return _back(id)


def _back(id: str) -> AnyResponse:
    return redirect(url_for("admin.learning.show", id=id), 303)


def _busy() -> Response:
    return refusal(
        _("This has to wait"), _("Photos are being learnt from just now. Wait until that is done, or stop it."), 409
    )


@learning.post("/<id>/photos")
def add_photos(id: str) -> AnyResponse | str:
    """Bring photos of one class, or a zip with a folder for each."""
    album = _find(id)
    if album.job.runs:
        return _busy()
    failed = bring(album)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(failed=[{"name": name, "reason": reason} for name, reason in failed])
    return _page(album, failed=failed) if failed else _back(id)


@learning.get("/<id>/classes/<name>")
def photos(id: str, name: str) -> str:
    """All photos of a class."""
    album = _find(id)
    return render_template("admin/class.html", album=album, name=name, photos=album.photos(name))


@learning.post("/<id>/classes/<name>/remove")
def remove_photos(id: str, name: str) -> AnyResponse:
    """Take chosen photos out of a class."""
    album = _find(id)
    if album.job.runs:
        return _busy()
    for sha256 in request.form.getlist("photo"):
        album.remove(name, sha256)
    return redirect(url_for("admin.learning.photos", id=id, name=name), 303)


@learning.get("/<id>/small/<sha256>.jpg")
def small(id: str, sha256: str) -> Response:
    """A photo's small copy."""
    return Response(_find(id).small(sha256), mimetype="image/jpeg")


@learning.post("/<id>/start")
def start(id: str) -> AnyResponse:
    """Forecast, or learn, in the background; one at a time."""
    album, task = _find(id), request.form.get("task", "")
    if any(one.job.runs for one in albums.albums(_root())):
        return _busy()
    if task not in _TASKS or albums.missing() or _short(album.counts()):
        return refusal(
            _("That does not work"), _("It takes two classes or more, with ten different photos of each."), 400
        )
    album.start(task, _BASE)
    return _back(id)


@learning.post("/<id>/stop")
def stop(id: str) -> AnyResponse:
    """Stop it; nothing half-done stays."""
    _find(id).job.stop()
    return _back(id)


@learning.get("/<id>/progress")
def progress(id: str) -> str:
    """The part of the page that says how far it is, for the script."""
    return render_template("admin/progress.html", album=_find(id), status=_find(id).job.status())


@learning.post("/<id>/try")
def try_out(id: str) -> str | AnyResponse:
    """Ask the new model about a photo; nothing of it is kept."""
    album, photo = _find(id), request.files.get(FIELD)
    if album.model is None or photo is None or not photo.filename:
        return _back(id)
    classifier = Classifier.load(album.model, limits=state().settings.limits)
    try:
        opened = state().decoders.open(photo.read(), classifier.card.input, classifier.limits)
    except ImageError as error:
        return _page(album, failed=[(photo.filename, reason(error))])
    said = classifier.predict_fitted([opened.square])[0]
    return _page(album, said=said, picture=_explained(images.decode(opened.thumbnail), said, classifier.card))


def _explained(pixels: np.ndarray[Any, Any], said: Prediction, card: ModelCard) -> str:
    """Where the model looked for its highest class, as an address that holds the picture."""
    evidence = np.ascontiguousarray(said.maps[:, :, card.classes.index(said.label)])
    png = to_png(overlay(pixels, heat(evidence), card.input))
    return "data:image/png;base64," + base64.b64encode(png).decode()


@learning.post("/<id>/delete-photos")
def delete_photos(id: str) -> AnyResponse:
    """Delete the photos; the model stays."""
    album = _find(id)
    if album.job.runs:
        return _busy()
    album.delete_photos()
    return _back(id)


@learning.post("/<id>/delete")
def delete(id: str) -> AnyResponse:
    """Delete photos and model."""
    album = _find(id)
    if album.job.runs:
        return _busy()
    album.delete()
    return redirect(url_for("admin.learning.index"), 303)
