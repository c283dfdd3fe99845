"""Export training photos from the archive: a folder per class, as `pawsight data prepare` takes it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive.files import StoredName
from pawsight.archive.store import Archive
from pawsight.archive.tables import EntryRow
from pawsight.errors import BadArchive, EntryNotFound
from pawsight.storage import durable
from pawsight.storage.atomic import new_folder
from pawsight.storage.zip_stream import zip_stream

_NO_CLASS = {"both", "unsure", "unanswered"}


@dataclass(frozen=True)
class ArchiveExport:
    """What was written.

    Attributes:
        counts: photos of each label.
        several: photos that were left out because they show several classes.
        lost: photos that were left out because their files are missing or damaged.
    """

    counts: dict[str, int]
    several: int
    lost: int = 0


def export(archive: Archive, folder: Path, *, confident: float | None = None) -> ArchiveExport:
    """Copy photos to `folder/<label>/<sha256>.<ending>`.

    A person's correction is the label; without one a photo is left out, as training on a model's own answers teaches it
    its own mistakes. A folder holds one class per photo, so `both` is left out too.

    Args:
        archive: opened, and keeping files.
        folder: to make; where there is nothing to export, none is made.
        confident: also take photos that nobody corrected, under their verdict, where `Entry.confidence` is at least
            this.

    Raises:
        BadArchive: `folder` holds something or is inside the archive, or a class has a name that no folder can have.
        StorageFull, ArchiveUnavailable: the disk does not take it.
    """
    archive.require_outside(folder)
    counts: Counter[str] = Counter()
    labels = labelled(archive, confident)
    if not labels.photos:
        return ArchiveExport({}, several=labels.several)
    with new_folder(folder) as building:
        for label, name in labels.photos:
            counts[label] += _copy(archive, name, building / label)
    return ArchiveExport(
        dict(sorted((+counts).items())), several=labels.several, lost=len(labels.photos) - counts.total()
    )


@dataclass(frozen=True)
class Labelled:
    """What an export holds: (label, file) of each photo; several are left out because they show several classes."""

    photos: list[tuple[str, StoredName]]
    several: int


def labelled(archive: Archive, confident: float | None = None) -> Labelled:
    """The photos that `export` takes, by the same rules.

    Raises:
        BadArchive: a class has a name that no folder can have.
    """
    with archive.index.reading() as session:
        labels = _labels(session, confident)
    photos = [(_safe(label), name) for name, label in labels.items() if label not in _NO_CLASS]
    return Labelled(photos if archive.files else [], several=sum(label == "both" for label in labels.values()))


def chosen(archive: Archive, ids: Collection[str]) -> Labelled:
    """The photos of these entries, under what a person said of each, or else under its verdict; each file once.

    Raises:
        BadArchive: a class has a name that no folder can have.
    """
    photos: dict[StoredName, str] = {}
    for id in ids:
        with suppress(EntryNotFound):
            entry = archive.get(id)
            if entry.stored:
                photos[StoredName(entry.stored, entry.format)] = entry.correction or entry.verdict
    return Labelled([(_safe(label), name) for name, label in photos.items()] if archive.files else [], several=0)


def zipped(archive: Archive, labels: Labelled) -> Iterator[bytes]:
    """The same photos as a zip, piece by piece.

    They stand in it as they are stored: encoded again, they would be others to train on.
    """
    found = ((f"{label}/{name}", _read(archive, name)) for label, name in labels.photos)
    return zip_stream((name, data) for name, data in found if data is not None)


def _labels(session: Session, confident: float | None) -> dict[StoredName, str]:
    """One label for each file: the newest correction of any entry that has it, else the newest verdict."""
    least = 2.0 if confident is None else confident  # no confidence reaches that
    taken = EntryRow.correction.is_not(None) | (EntryRow.confidence >= least)
    order = (EntryRow.correction.is_not(None), EntryRow.corrected, EntryRow.created)
    query = sa.select(EntryRow.stored, EntryRow.format, EntryRow.correction, EntryRow.verdict)
    rows = session.execute(query.where(taken, EntryRow.stored.is_not(None)).order_by(*order))
    return {StoredName(stored, format): correction or verdict for stored, format, correction, verdict in rows if stored}


def _safe(label: str) -> str:
    if Path(label).name != label or label.startswith("."):
        raise BadArchive(f"Expected a class that can be a folder's name, but received {label!r}.")
    return label


def _copy(archive: Archive, name: StoredName, folder: Path) -> bool:
    """Copy the file, not link it: editing a training photo must not change the archive. Return False if it is lost."""
    data = _read(archive, name)
    if data is not None:
        durable.make_folder(folder)
        durable.create(folder / str(name), data)
    return data is not None


def _read(archive: Archive, name: StoredName) -> bytes | None:
    """Return a photo's content; None where its file is missing, or is not what its name says."""
    data = durable.read(archive.files.path(name)) if archive.files else None
    return data if data is not None and hashlib.sha256(data).hexdigest() == name.sha256 else None
