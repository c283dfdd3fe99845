"""The archive on pages: browse, filter, look alike, correct, delete, export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from pawsight.archive import search
from pawsight.archive.entry import ArchiveEntry, Filter, FilterChoices, Sort
from pawsight.archive.export import labelled, zipped
from pawsight.archive.store import Archive
from pawsight.web.admin.auth import error_page
from pawsight.web.pages.history import LISTED, photo_fields, wants_json
from pawsight.web.state import state
from pawsight.web.ui.i18n import gettext as _

photos = Blueprint("photos", __name__, url_prefix="/photos")

SIZE = 48  # photos on a page without a script
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
    """A page of photos; one beyond the last says so. As JSON, a longer one for the gallery."""
    archive, wanted, as_json = state().archive, asked(request.args), wants_json()
    number, size = _number(request.args.get("page", "1")), LISTED if as_json else SIZE
    page = archive.find(wanted.filter, sort=wanted.sort, page=number, size=size)
    if as_json:
        return jsonify(photos=[photo_fields(entry) for entry in page.entries], pages=page.pages, total=page.total)
    body = render_template(
        "admin/photos.html",
        page=page,
        asked=wanted,
        choices=_choices(archive),
        sorts=SORTS,
        orders=_orders(wanted.sort),
        problems=_problems(),
        export=labelled(archive) if not wanted.given else None,
    )
    beyond = page.number > page.pages
    return Response(body, 404 if beyond else 200, mimetype="text/html")


def _orders(first: Sort) -> list[tuple[str, str]]:
    """Return how the gallery may sort, with words; the order that was asked for stands first, and so is chosen."""
    orders = {
        "newest": ("newest", _("date, newest first")),
        "oldest": ("oldest", _("date, oldest first")),
        "least sure": ("unsure", _("least sure first")),
        "most sure": ("sure", _("most sure first")),
        "group": ("group", _("group")),
    }
    return [orders.pop(first), *orders.values()]


def _problems() -> dict[str, dict[str, str]]:
    """Return what the gallery says of a photo whose prediction was lost with the index."""
    detail = _("The prediction was lost with the index. This command makes a new one:") + " pawsight archive classify"
    return {"unanswered": {"title": _("no prediction"), "detail": detail}}


def _choices(archive: Archive) -> FilterChoices:
    with archive.index.reading() as session:
        return search.choices(session)


@photos.get("/<id>")
def show(id: str) -> str:
    """Return all that is known of one photo."""
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
