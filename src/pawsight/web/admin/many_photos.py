"""Many photos of the archive at once: correct, delete, download. Forms send them, and the gallery's script."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from pawsight.archive.export import chosen, zipped
from pawsight.web.admin.auth import error_page
from pawsight.web.admin.photos import asked
from pawsight.web.pages.history import wants_json
from pawsight.web.state import state
from pawsight.web.ui.i18n import gettext as _

many_photos = Blueprint("many_photos", __name__, url_prefix="/photos")


@many_photos.post("/correction")
def correct() -> AnyResponse:
    """Note what the chosen photos show; an empty label takes that back. JSON lists those that it does not fit."""
    failed = state().archive.correct_many(_ids(), request.form.get("correction") or None)
    return _answer(failed={id: error.code for id, error in failed.items()})


@many_photos.post("/delete")
def delete() -> AnyResponse:
    """Delete the chosen photos for good; those that are gone already are gone."""
    return _answer(deleted=state().archive.delete_many(_ids()))


@many_photos.post("/download")
def download() -> AnyResponse:
    """Send the chosen photos as they are stored, as a zip with a folder for each verdict or correction."""
    archive = state().archive
    photos = chosen(archive, _ids())
    if not photos.photos:
        return error_page(_("There is nothing to download"), _("No file is kept of these photos."), 404)
    response = Response(zipped(archive, photos), mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="pawsight-photos.zip"'
    return response


def _ids() -> list[str]:
    return request.form.getlist("id")


def _answer(**result: Any) -> AnyResponse:
    """The result for the script; for a form, the page that it was sent from."""
    if wants_json():
        return jsonify(**result)
    given: dict[str, Any] = {**asked(request.form).given}
    return redirect(url_for("admin.photos.index", **given), 303)
