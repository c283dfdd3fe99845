"""The archive on pages: browse, filter, look alike, correct, delete, export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, get_args

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from pawsight.archive import search
from pawsight.archive.entry import ArchiveEntry, Filter, FilterChoices, Sort
from pawsight.archive.export import labelled, zipped
from pawsight.archive.store import Archive
from pawsight.errors import EntryNotFound
from pawsight.web.admin.auth import error_page
from pawsight.web.state import state
from pawsight.web.ui.i18n import gettext as _

photos = Blueprint("photos", __name__, url_prefix="/photos")

SIZE = 48  # photos on a page
ALIKE = 12
SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True)
class ArchiveQuery:
    """What the form of the page asks for; whatever does not read counts as not asked.

    Attributes:
        filter: which photos.
        sort: in which order.
        given: the form's fields that are filled in, to fill them in again, and for addresses of other pages.
    """

    filter: Filter
    sort: Sort
    given: dict[str, str]


def asked(form: Mapping[str, str]) -> ArchiveQuery:
    """Read the form."""
    given = {name: form[name] for name in _FIELDS if form.get(name)}
    sort = next((one for one in SORTS if one == given.get("sort")), SORTS[0])
    corrected = {"yes": True, "no": False}.get(given.get("corrected", ""))
    wanted = Filter(
        verdict=given.get("verdict"),
        label=given.get("label"),
        model=given.get("model"),
        corrected=corrected,
        least=_share(given.get("least")),
        most=_share(given.get("most")),
        since=_day(given.get("since")),
        until=_day(given.get("until"), later=1),
    )
    return ArchiveQuery(wanted, sort, given)


_FIELDS = ("verdict", "label", "model", "corrected", "least", "most", "since", "until", "sort")


def _share(percent: str | None) -> float | None:
    try:
        return float(percent) / 100 if percent else None
    except ValueError:
        return None


def _day(text: str | None, later: int = 0) -> datetime | None:
    try:
        day = date.fromisoformat(text) + timedelta(days=later) if text else None
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), UTC) if day else None


def _number(text: str) -> int:
    try:
        return max(1, int(text))
    except ValueError:
        return 1


@photos.get("/")
def index() -> AnyResponse:
    """A page of photos; one beyond the last says so."""
    archive, wanted = state().archive, asked(request.args)
    page = archive.find(wanted.filter, sort=wanted.sort, page=_number(request.args.get("page", "1")), size=SIZE)
    body = render_template(
        "admin/photos.html",
        page=page,
        asked=wanted,
        choices=_choices(archive),
        sorts=SORTS,
        export=labelled(archive) if not wanted.given else None,
    )
    beyond = page.number > page.pages
    return Response(body, 404 if beyond else 200, mimetype="text/html")


def _choices(archive: Archive) -> FilterChoices:
    with archive.index.reading() as session:
        return search.choices(session)


@photos.get("/<id>")
def show(id: str) -> str:
    """All that is known of one photo."""
    archive = state().archive
    entry = archive.get(id)
    return render_template("admin/photo.html", entry=entry, history=archive.history(id), same=_same(entry))


def _same(entry: ArchiveEntry) -> list[ArchiveEntry]:
    """Other uploads of the very same photo."""
    found = state().archive.find(Filter(uploaded=entry.uploaded), size=ALIKE + 1).entries
    return [one for one in found if one.id != entry.id]


@photos.get("/<id>/alike")
def alike(id: str) -> str:
    """Photos that the model sees alike, the most alike first."""
    archive = state().archive
    entry = archive.get(id)
    found = archive.look_alikes(archive.details(id).features, entry.model, ALIKE + 1)
    return render_template("admin/alike.html", entry=entry, found=[one for one in found if one[0].id != id][:ALIKE])


@photos.post("/<id>/correction")
def correct(id: str) -> AnyResponse:
    """Note what the button says that the photo shows; one without a label takes that back."""
    state().archive.correct(id, request.form.get("label") or None)
    return redirect(url_for("admin.photos.show", id=id), 303)


@photos.post("/<id>/delete")
def delete(id: str) -> AnyResponse:
    """Delete a photo for good, no matter who uploaded it."""
    state().archive.delete(id)
    return redirect(url_for("admin.photos.index"), 303)


@photos.post("/delete")
def delete_several() -> AnyResponse:
    """Delete the photos that are ticked; those that are gone already are gone."""
    for id in request.form.getlist("id"):
        try:
            state().archive.delete(id)
        except EntryNotFound:
            continue
    given: dict[str, Any] = {**asked(request.form).given}
    return redirect(url_for("admin.photos.index", **given), 303)


@photos.post("/export")
def export() -> AnyResponse:
    """Corrected photos as a zip with a folder a class, as `pawsight data prepare` and `pawsight learn` take it."""
    archive = state().archive
    labels = labelled(archive, _share(request.form.get("confident")))
    if not labels.photos:
        return error_page(
            _("Nothing to export yet"), _("Correct some photos first: what people said is what is exported.")
        )
    response = Response(zipped(archive, labels), mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="pawsight-photos.zip"'
    return response
