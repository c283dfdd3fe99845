"""From the archive to training photos: a folder per class, as `pawsight data prepare` takes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive import disk
from pawsight.archive.appearing import appearing
from pawsight.archive.files import Name
from pawsight.archive.store import Archive
from pawsight.archive.tables import EntryRow
from pawsight.errors import BadArchive
from pawsight.zipping import zip_stream

_NO_CLASS = {"both", "unsure", "unanswered"}


@dataclass(frozen=True)
class Exported:
    """What was written: photos of each label, and how many were left out because they show several classes."""

    counts: dict[str, int]
    several: int


def export(archive: Archive, folder: Path, *, confident: float | None = None) -> Exported:
    """Copy photos to `folder/<label>/<sha256>.<ending>`.

    A person's correction is the label; without one a photo is left out, as training on a model's own answers teaches it
    its own mistakes. A folder holds one class per photo, so `both` is left out too.

    Args:
        archive: opened, and keeping files.
        folder: to make.
        confident: also take photos that nobody corrected, under their verdict, where `Entry.confidence` is at least
            this.

    Raises:
        BadArchive: `folder` holds something, or a class has a name that no folder can have.
        StorageFull, ArchiveUnavailable: the disk does not take it.
    """
    counts: Counter[str] = Counter()
    labels = labelled(archive, confident)
    with appearing(folder) as building:
        for label, name in labels.photos:
            counts[label] += _copy(archive, name, building / label)
    return Exported(dict(sorted((+counts).items())), several=labels.several)


@dataclass(frozen=True)
class Labelled:
    """What an export holds: (label, file) of each photo; several are left out because they show several classes."""

    photos: list[tuple[str, Name]]
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


def zipped(archive: Archive, labels: Labelled) -> Iterator[bytes]:
    """The same photos as a zip, piece by piece.

    They stand in it as they are stored: encoded again, they would be others to train on.
    """
    found = ((f"{label}/{name}", _read(archive, name)) for label, name in labels.photos)
    return zip_stream((name, data) for name, data in found if data is not None)


def _labels(session: Session, confident: float | None) -> dict[Name, str]:
    """One label for each file: the newest correction of any entry that has it, else the newest verdict."""
    least = 2.0 if confident is None else confident  # no confidence reaches that
    taken = EntryRow.correction.is_not(None) | (EntryRow.confidence >= least)
    order = (EntryRow.correction.is_not(None), EntryRow.corrected, EntryRow.created)
    query = sa.select(EntryRow.stored, EntryRow.format, EntryRow.correction, EntryRow.verdict)
    rows = session.execute(query.where(taken, EntryRow.stored.is_not(None)).order_by(*order))
    return {Name(stored, format): correction or verdict for stored, format, correction, verdict in rows if stored}


def _safe(label: str) -> str:
    if Path(label).name != label or label.startswith("."):
        raise BadArchive(f"Expected a class that can be a folder's name, but received {label!r}.")
    return label


def _copy(archive: Archive, name: Name, folder: Path) -> bool:
    """A copy and no link: whoever edits a training photo must not change the archive. False where it is lost."""
    data = _read(archive, name)
    if data is not None:
        disk.make_folder(folder)
        disk.close(disk.create(folder / str(name), data))
    return data is not None


def _read(archive: Archive, name: Name) -> bytes | None:
    return disk.read(archive.files.path(name)) if archive.files else None
