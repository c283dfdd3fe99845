"""Back up an archive while it is in use; the copy is an archive like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from pawsight.archive import deletion
from pawsight.archive.database import FILE, Index, where
from pawsight.archive.files import PhotoStore, StoredName
from pawsight.archive.key import FILE as KEY_FILE
from pawsight.archive.mappers import stored_names
from pawsight.archive.store import Archive
from pawsight.archive.tables import EntryRow
from pawsight.storage import durable
from pawsight.storage.atomic import new_folder

Watch = Callable[[Iterable[StoredName], int], Iterable[StoredName]]


@dataclass(frozen=True)
class Backup:
    """What was written: how many files, and whether the index is among them (PostgreSQL's is not)."""

    files: int
    index: bool


def backup(archive: Archive, target: Path, *, watch: Watch = lambda names, total: names) -> Backup:
    """Copy an archive to a new folder.

    The index comes first, then its files. Each is a hard link where the target is on the same file system, else a copy.
    A photo that is deleted meanwhile may be in neither.

    Args:
        archive: opened, and keeping files.
        target: folder to make.
        watch: wraps files on their way through, for a progress bar; gets them and their number.

    Raises:
        BadArchive: `target` holds something, or is inside the archive.
        StorageFull, ArchiveUnavailable: the disk does not take it.
    """
    archive.require_outside(target)
    with new_folder(target) as building:
        durable.create(building / KEY_FILE, archive.visitor_key)
        if not archive.index.copy_to(building / FILE):
            return Backup(len(_copy_files(archive, archive.index, building, watch)), index=False)
        copy = Index(where(building, ""))
        try:
            kept = _copy_files(archive, copy, building, watch)
            _drop_deleted(archive.index, copy, kept)
        finally:
            copy.close()
    return Backup(len(kept), index=True)


def _copy_files(archive: Archive, index: Index, target: Path, watch: Watch) -> set[str]:
    """Copy the files that an index names; returns the SHA-256 of those that exist now."""
    with index.reading() as session:
        names = sorted(stored_names(session))
    source, copies = archive.files, PhotoStore(target)
    return {name.sha256 for name in watch(names, len(names)) if source and copies.take(source, name)}


def _drop_deleted(source: Index, copy: Index, kept: set[str]) -> None:
    """Delete entries from the copy that were deleted from the source before their file was copied."""
    with copy.reading() as session:
        rows = session.execute(sa.select(EntryRow.id, EntryRow.stored).where(EntryRow.stored.is_not(None)))
        missing = [id for id, stored in rows if stored not in kept]
    with source.reading() as session:
        gone = [id for id in missing if session.get(EntryRow, id) is None]
    deletion.delete_entries(copy, None, gone)
