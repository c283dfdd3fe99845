"""How long things stay: by age and by size; the oldest go first, and what a person corrected goes last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive import disk, leave, rows
from pawsight.archive.files import Files
from pawsight.archive.index import Index
from pawsight.archive.tables import EntryRow

_AT_ONCE = 1000


def purge(index: Index, files: Files | None, *, days: int | None = None, max_bytes: int | None = None) -> int:
    """Delete what is too old, then what is too much.

    Args:
        index, files: of the archive.
        days: entries older than this go, corrected or not, and so does what lies in `lost+found`.
        max_bytes: what all files may have together. Corrected entries go only when no others are left.

    Returns:
        how many entries went.
    """
    gone = 0
    if days is not None:
        gone += _purge_old(index, files, rows.now() - timedelta(days=days))
    while max_bytes is not None and (ids := _surplus(index, max_bytes)):
        gone += leave.forget(index, files, ids)
    return gone


def _purge_old(index: Index, files: Files | None, before: datetime) -> int:
    with index.reading() as session:
        ids = session.scalars(sa.select(EntryRow.id).where(EntryRow.created < before)).all()
    if files:
        for path in files.aside.iterdir():
            if disk.changed(path) < before.timestamp():
                disk.remove(path)
    return leave.forget(index, files, ids)


def _surplus(index: Index, max_bytes: int) -> Sequence[str]:
    """Entries that have to go for the rest to fit; perhaps not all of them at once, but some while it does not."""
    with index.reading() as session:
        excess = stored_bytes(session) - max_bytes
        order = (EntryRow.correction.is_not(None), EntryRow.created, EntryRow.id)
        query = sa.select(EntryRow.id, EntryRow.bytes).where(EntryRow.stored.is_not(None)).order_by(*order)
        ids = []
        for id, size in session.execute(query.limit(_AT_ONCE)):
            if excess <= 0:
                break
            ids.append(id)
            excess -= size
    return ids


def stored_bytes(session: Session) -> int:
    """Bytes of all files together; one that several entries share counts once."""
    files = sa.select(EntryRow.stored, EntryRow.bytes).where(EntryRow.stored.is_not(None)).distinct().subquery()
    return int(session.scalar(sa.select(sa.func.sum(files.c.bytes))) or 0)
