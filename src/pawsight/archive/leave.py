"""Taking things out of the archive: rows first, then files that no row needs any more, and crashes in between.

Rows and a note about their files go in one transaction; each file then goes under a lock on its name, so that an upload
of the same photo either still finds it or brings it again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive import disk
from pawsight.archive.files import Files, Name
from pawsight.archive.index import Index
from pawsight.archive.rows import stored_names
from pawsight.archive.tables import EntryRow, LeavingRow

_log = logging.getLogger(__name__)
_AT_ONCE = 500


def forget(index: Index, files: Files | None, ids: Sequence[str]) -> int:
    """Delete entries for good, with their files where no other entry has the same.

    Returns:
        how many of them there were.
    """
    gone = sum(_delete_rows(index, some) for some in _chunks(ids))
    if files:
        finish(index, files)
    if gone:
        index.scrub()
    return gone


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _delete_rows(index: Index, ids: Sequence[str]) -> int:
    chosen = EntryRow.id.in_(ids)
    with index.reading() as session:
        names = stored_names(session, chosen)
    with index.writing(*(name.sha256 for name in names)) as session:
        for name in names:
            session.merge(LeavingRow(stored=name.sha256, format=name.format))
        found = session.scalar(sa.select(sa.func.count()).where(chosen)) or 0
        session.execute(sa.delete(EntryRow).where(chosen))
    return found


def finish(index: Index, files: Files) -> None:
    """Take all files off the disk that are noted as leaving, unless an entry has come that needs them."""
    with index.reading() as session:
        leaving = list(session.execute(sa.select(LeavingRow.stored, LeavingRow.format)))
    for stored, format in leaving:
        with index.writing(stored) as session:
            if not is_needed(session, stored):
                files.remove(Name(stored, format))
            session.execute(sa.delete(LeavingRow).where(LeavingRow.stored == stored))


def is_needed(session: Session, stored: str) -> bool:
    """Whether an entry has this file."""
    return session.scalar(sa.select(sa.exists().where(EntryRow.stored == stored))) or False


def is_leaving(session: Session, stored: str) -> bool:
    """Whether this file is on its way out."""
    return session.get(LeavingRow, stored) is not None


def recover(index: Index, files: Files) -> None:
    """Do what a program that was killed could not do any more; nothing that it promised is touched."""
    finish(index, files)
    with files.abandoned() as claims:
        for claim in claims:
            settle(index, files, claim, keep=True)


def settle(index: Index, files: Files, claim: Path, *, keep: bool) -> None:
    """End the claim of an upload that failed: its photo must not stay under its name unless an entry has it.

    Args:
        index, files: of the archive.
        claim: in `tmp`, locked by the caller.
        keep: move the photo to `lost+found`, in place of removing it.
    """
    name = Name.parse(claim.name)
    if name is None:  # none of ours
        files.set_aside(claim)
    else:
        with index.writing(name.sha256) as session:
            if not is_needed(session, name.sha256) and files.holds(name):
                _take_out(files, name, keep)
        disk.remove(claim)


def _take_out(files: Files, name: Name, keep: bool) -> None:
    if not keep:
        files.remove(name)
        return
    now_at = files.set_aside(files.path(name))
    _log.warning("A photo of an upload that a crash cut off was moved to %s.", now_at)
