"""Compare the files on disk with the index. Safe while a server runs, and without false alarms.

Files are listed first, then rows. What then looks wrong is looked at again under the lock that an upload or a removal
of that photo would hold: what was only under way has come to an end by then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from pawsight import images
from pawsight.archive import deletion
from pawsight.archive.files import PhotoStore, StoredName
from pawsight.archive.mappers import new_row, stored_names
from pawsight.archive.store import Archive
from pawsight.archive.tables import EntryRow
from pawsight.errors import ImageError
from pawsight.images.strip_metadata import StrippedPhoto
from pawsight.storage import durable

Kind = Literal["missing", "changed", "extra", "foreign", "leftover", "index"]
Watch = Callable[[Iterable[Path], int], Iterable[Path]]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        kind: `missing` (an entry without its file), `changed` (a file whose bytes are no longer those of its name),
            `extra` (a photo without an entry), `foreign` (no photo of the archive), `leftover` (of an upload that a
            crash interrupted), `index` (the database itself).
        name: of the file, or what the database says.
        repaired: what was done about it; empty where nothing was.
    """

    kind: Kind
    name: str
    repaired: str = ""


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes:
        files: how many were read.
        faults: what is wrong.
        aside, aside_bytes: how many files are in `lost+found`, and their size.
    """

    files: int
    faults: list[Fault]
    aside: int = 0
    aside_bytes: int = 0


def check(archive: Archive, *, repair: bool = False, watch: Watch = lambda paths, total: paths) -> Report:
    """Compare files and index, and read every file.

    Args:
        archive: opened, and keeping files.
        repair: make them agree again, deleting nothing: an extra photo gets an entry (its verdict is
            `unanswered`); changed and foreign files and leftovers move to `lost+found`; an entry whose file is lost
            stays, without it.
        watch: wraps files on their way through, for a progress bar; gets them and their number.

    Raises:
        ArchiveUnavailable, BadArchive, StorageFull: the check itself could not go on.
    """
    if archive.files is None:
        return Report(0, [])
    checker = _Checker(archive, archive.files, repair)
    checker.look_at_index()
    checker.look_at_leftovers()
    paths = list(archive.files.walk())
    rows = checker.stored()
    seen = {name for path in watch(paths, len(paths)) if (name := checker.look_at_file(path, rows))}
    for name in rows - seen:
        checker.look_at_row(name)
    aside = archive.files.files_set_aside()
    return Report(len(paths), checker.faults, len(aside), sum(durable.size(path) or 0 for path in aside))


class _Checker:
    """One run of `check`, and the faults it has found so far."""

    def __init__(self, archive: Archive, files: PhotoStore, repair: bool) -> None:
        self.index = archive.index
        self.limits = archive.settings.limits
        self.files = files
        self.repair = repair
        self.faults: list[Fault] = []

    def stored(self) -> set[StoredName]:
        """Names of all files that entries have."""
        with self.index.reading() as session:
            return stored_names(session)

    def look_at_index(self) -> None:
        """SQLite's own check of the whole file; PostgreSQL looks after itself."""
        if self.index.engine.dialect.name == "sqlite":
            with self.index.reading() as session:
                lines = session.scalars(sa.text("PRAGMA integrity_check")).all()
            self.faults += [Fault("index", line) for line in lines if line != "ok"]

    def look_at_leftovers(self) -> None:
        """Claims whose makers are gone."""
        with self.files.abandoned() as claims:
            for path in claims:
                if durable.size(path) is not None:
                    self._note("leftover", path, self._settle)

    def look_at_file(self, path: Path, rows: set[StoredName]) -> StoredName | None:
        """Read one file; its name, where an entry may have it."""
        name = StoredName.parse(path.name)
        if name is None or path != self.files.path(name):
            self._note("foreign", path, self._set_aside)
            return None
        data = durable.read(path)
        if data is None:  # deleted meanwhile
            return None
        if hashlib.sha256(data).hexdigest() != name.sha256:
            self._note("changed", path, self._give_up)
        elif name not in rows and self._is_extra(name):
            self._note("extra", path, self._adopt)
        return name

    def _is_extra(self, name: StoredName) -> bool:
        """In this order: a file comes after its claim, and a claim goes after the row has come."""
        sha256 = name.sha256
        with self.index.writing(sha256) as session:
            there = self.files.holds(name)
            under_way = sha256 in self.files.claimed() or deletion.is_leaving(session, sha256)
            return there and not under_way and not deletion.is_needed(session, sha256)

    def look_at_row(self, name: StoredName) -> None:
        """An entry whose file was not among those seen."""
        with self.index.writing(name.sha256) as session:
            missing = deletion.is_needed(session, name.sha256) and not self.files.holds(name)
        if missing:
            self._note("missing", self.files.path(name), self._drop_from_rows)

    def _note(self, kind: Kind, path: Path, mend: Callable[[Path], str]) -> None:
        self.faults.append(Fault(kind, path.name, mend(path) if self.repair else ""))

    def _settle(self, path: Path) -> str:
        deletion.settle(self.index, self.files, path)
        return "cleared"

    def _set_aside(self, path: Path) -> str:
        return f"moved to {self.files.set_aside(path).relative_to(self.files.root)}"

    def _give_up(self, path: Path) -> str:
        """The photo is lost; what was said about it is not."""
        with self._losing(path):
            return self._set_aside(path)

    def _drop_from_rows(self, path: Path) -> str:
        with self._losing(path):
            return "its entries stay, without a file"

    @contextmanager
    def _losing(self, path: Path) -> Iterator[None]:
        """Entries without a file under this name after the block have none; an upload may be writing it just now."""
        sha256 = path.name.partition(".")[0]
        with self.index.writing(sha256) as session:
            yield
            if durable.size(path) is None:
                session.execute(sa.update(EntryRow).where(EntryRow.stored == sha256).values(stored=None))

    def _adopt(self, path: Path) -> str:
        data, name = durable.read(path), StoredName.parse(path.name)
        if data is None or name is None:
            return "gone meanwhile"
        try:
            height, width = images.decode(data, limits=self.limits).shape[:2]
        except ImageError:
            return self._set_aside(path)
        photo = StrippedPhoto(data, name.format, name.sha256, name.sha256)
        came = datetime.fromtimestamp(durable.changed(path), UTC)
        with self.index.writing(name.sha256) as session:
            if not deletion.is_needed(session, name.sha256):
                session.add(new_row(photo, width, height, came))
        return "given an entry, unanswered"
