"""Delete entries, take back refused uploads, and clean up after a crash in between.

Rows are deleted first, together with a note about their files, in one transaction. Each file is then deleted under a
lock on its name, so that an upload of the same photo either still finds it or writes it again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive import reserve
from pawsight.archive.database import Index
from pawsight.archive.files import Claim, PhotoStore, StoredName
from pawsight.archive.mappers import stored_names
from pawsight.archive.tables import DeletionRow, EntryRow
from pawsight.errors import PawsightError, StorageFull
from pawsight.storage import durable

_log = logging.getLogger(__name__)
_AT_ONCE = 500


def delete_entries(index: Index, files: PhotoStore | None, ids: Sequence[str]) -> int:
    """Delete entries for good, with their files where no other entry has the same.

    Returns:
        how many were deleted.
    """
    gone = sum(_delete_some(index, files, some) for some in _chunks(ids))
    if files:
        finish(index, files)
    if gone:
        index.scrub()
    return gone


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _delete_some(index: Index, files: PhotoStore | None, ids: Sequence[str]) -> int:
    """Delete rows; on a full disk one by one with their files, so that the first make room for the next."""
    try:
        return _delete_rows(index, ids)
    except StorageFull:
        if files is None:
            raise
    gone = 0
    with reserve.spent(files.root):
        for id in ids:
            index.scrub()
            gone += _delete_rows(index, [id])
            finish(index, files)
    return gone


def _delete_rows(index: Index, ids: Sequence[str]) -> int:
    chosen = EntryRow.id.in_(ids)
    with index.reading() as session:
        names = stored_names(session, chosen)
    with index.writing(*(name.sha256 for name in names)) as session:
        for name in names:
            session.merge(DeletionRow(stored=name.sha256, format=name.format))
        found = session.scalar(sa.select(sa.func.count()).where(chosen)) or 0
        session.execute(sa.delete(EntryRow).where(chosen))
    return found


def finish(index: Index, files: PhotoStore) -> None:
    """Delete all files whose entries were deleted, unless a new entry needs them."""
    reserve.with_room(files.root, lambda: _finish(index, files))


def _finish(index: Index, files: PhotoStore) -> None:
    with index.reading() as session:
        leaving = list(session.execute(sa.select(DeletionRow.stored, DeletionRow.format)))
    for stored, format in leaving:
        with index.writing(stored) as session:
            if not is_needed(session, stored):
                files.remove(StoredName(stored, format))
            session.execute(sa.delete(DeletionRow).where(DeletionRow.stored == stored))


def is_needed(session: Session, stored: str) -> bool:
    """Return whether an entry has this file."""
    return session.scalar(sa.select(sa.exists().where(EntryRow.stored == stored))) or False


def is_leaving(session: Session, stored: str) -> bool:
    """Return whether this file is about to be deleted."""
    return session.get(DeletionRow, stored) is not None


def withdraw(index: Index, files: PhotoStore, claim: Claim) -> None:
    """Take back the photo of an upload that was refused: what is refused leaves nothing on disk.

    This takes no lock and does not need the database, which may be why the upload was refused. Of several uploads of
    the same photo in this process the last one cleans up. What cannot be undone now (the disk fails too, or another
    process has a claim on the photo) is left to `recover`.
    """
    with suppress(PawsightError):
        if not files.give_up(claim):
            durable.remove(claim.path)
        elif not files.is_claimed_elsewhere(claim.name):
            _take_back(index, files, claim)


def _take_back(index: Index, files: PhotoStore, claim: Claim) -> None:
    """The name goes first; if an upload or entry needs the photo after all, the name is restored from the claim."""
    files.remove(claim.name)
    unneeded = claim.uploads.are_refused and not files.is_claimed_elsewhere(claim.name)
    if not unneeded or _is_needed_now(index, claim.name.sha256):
        files.place(claim)
    durable.remove(claim.path)


def _is_needed_now(index: Index, stored: str) -> bool:
    """As `is_needed`, without waiting; False where the database does not answer: then no upload can have committed."""
    try:
        with index.reading(timeout=0) as session:
            return is_needed(session, stored)
    except PawsightError:
        return False


def recover(index: Index, files: PhotoStore) -> int:
    """Finish what a program that was killed, or a failing disk, left unfinished.

    Returns:
        the number of unconfirmed uploads that were removed.
    """
    finish(index, files)
    with files.abandoned() as claims:
        removed = sum(settle(index, files, claim) for claim in claims)
    reserve.keep(files.root)
    if removed:
        _log.warning("Removed %d uploads that were interrupted before they were answered.", removed)
    return removed


def settle(index: Index, files: PhotoStore, claim: Path) -> bool:
    """End an abandoned claim: its photo stays if an entry has it, and is deleted otherwise.

    Args:
        index, files: of the archive.
        claim: in `tmp`, locked by the caller.

    Returns:
        whether a photo was removed.
    """
    name = StoredName.parse(claim.name)
    if name is None:  # not a claim
        files.set_aside(claim)
        return False
    with index.writing(name.sha256) as session:
        needed = is_needed(session, name.sha256)
        if not needed:
            files.remove(name)
    removed = not needed and bool(durable.size(claim))
    durable.remove(claim)
    return removed
