"""A copy of an archive, made while it is in use; the copy is an archive like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from pawsight.archive import leave
from pawsight.archive.appearing import appearing
from pawsight.archive.files import Files, Name
from pawsight.archive.index import FILE, Index, where
from pawsight.archive.rows import stored_names
from pawsight.archive.store import Archive
from pawsight.archive.tables import EntryRow

Watch = Callable[[Iterable[Name], int], Iterable[Name]]


@dataclass(frozen=True)
class Backup:
    """What was written: how many files, and whether the index is among them (PostgreSQL's is not)."""

    files: int
    index: bool


def backup(archive: Archive, target: Path, *, watch: Watch = lambda names, total: names) -> Backup:
    """Copy an archive to a new folder.

    The index comes first, then its files. Each is a hard link where the target is on the same file system, else a copy.
    A photo that is forgotten meanwhile may be in neither.

    Args:
        archive: opened, and keeping files.
        target: folder to make.
        watch: wraps files on their way through, for a progress bar; gets them and their number.

    Raises:
        BadArchive: `target` holds something.
        StorageFull, ArchiveUnavailable: the disk does not take it.
    """
    with appearing(target) as building:
        if not archive.index.copy_to(building / FILE):
            return Backup(len(_copy_files(archive, archive.index, building, watch)), index=False)
        copy = Index(where(building, ""))
        try:
            kept = _copy_files(archive, copy, building, watch)
            _drop_forgotten(archive.index, copy, kept)
        finally:
            copy.close()
    return Backup(len(kept), index=True)


def _copy_files(archive: Archive, index: Index, target: Path, watch: Watch) -> set[str]:
    """Copy the files that an index names; those that are there now, by SHA-256."""
    with index.reading() as session:
        names = sorted(stored_names(session))
    source, copies = archive.files, Files(target)
    return {name.sha256 for name in watch(names, len(names)) if source and copies.take(source, name)}


def _drop_forgotten(source: Index, copy: Index, kept: set[str]) -> None:
    """Entries that were forgotten after the index was copied, and whose file was gone when its turn came."""
    with copy.reading() as session:
        rows = session.execute(sa.select(EntryRow.id, EntryRow.stored).where(EntryRow.stored.is_not(None)))
        missing = [id for id, stored in rows if stored not in kept]
    with source.reading() as session:
        gone = [id for id in missing if session.get(EntryRow, id) is None]
    leave.forget(copy, None, gone)
