"""Retention: delete what is too old, then what is too much; the oldest first, and what a person corrected last.

An entry from the future was stored while the clock was wrong: its age is unknown, so it is not deleted for its age, and
counts as older than entries that were stored since.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive import deletion, mappers
from pawsight.archive.database import Index
from pawsight.archive.files import PhotoStore
from pawsight.archive.tables import EntryRow
from pawsight.storage import durable

_AT_ONCE = 1000


def purge(index: Index, files: PhotoStore | None, *, days: int | None = None, max_bytes: int | None = None) -> int:
    """Delete what is too old, then what is too much.

    Args:
        index, files: of the archive.
        days: entries older than this are deleted, corrected or not, and so are files in `lost+found`.
        max_bytes: the most that all files may have together, with those in `tmp` and `lost+found`. Files in
            `lost+found` are deleted first; corrected entries only when no others are left.

    Returns:
        how many entries were deleted.
    """
    gone = 0
    if days is not None:
        gone += _purge_old(index, files, mappers.now() - timedelta(days=days))
    if max_bytes is None:
        return gone
    if files:
        max_bytes = max(0, max_bytes - _make_room(index, files, max_bytes))
    while ids := _surplus(index, max_bytes):
        gone += deletion.delete_entries(index, files, ids)
    return gone


def _make_room(index: Index, files: PhotoStore, max_bytes: int) -> int:
    """Delete files in `lost+found` while all files have more than so many bytes; what no entry has has these bytes."""
    with index.reading() as session:
        stored = stored_bytes(session)
    loose = files.loose_bytes()
    for path in files.files_set_aside():
        if stored + loose <= max_bytes:
            break
        loose -= durable.size(path) or 0
        durable.remove(path)
    return loose


def _purge_old(index: Index, files: PhotoStore | None, before: datetime) -> int:
    with index.reading() as session:
        ids = session.scalars(sa.select(EntryRow.id).where(EntryRow.created < before)).all()
    if files:
        for path in files.files_set_aside():
            if durable.changed(path) < before.timestamp():
                durable.remove(path)
    return deletion.delete_entries(index, files, ids)


def _surplus(index: Index, max_bytes: int) -> Sequence[str]:
    """Return some entries to delete, while all files together have more than so many bytes."""
    with index.reading() as session:
        excess = stored_bytes(session) - max_bytes
        order = (EntryRow.correction.is_not(None), EntryRow.created <= mappers.now(), EntryRow.created, EntryRow.id)
        query = sa.select(EntryRow.id, EntryRow.bytes).where(EntryRow.stored.is_not(None)).order_by(*order)
        ids = []
        for id, size in session.execute(query.limit(_AT_ONCE)):
            if excess <= 0:
                break
            ids.append(id)
            excess -= size
    return ids


def stored_bytes(session: Session) -> int:
    """Return the bytes of all entries' files together; one that several entries share counts once."""
    files = sa.select(EntryRow.stored, EntryRow.bytes).where(EntryRow.stored.is_not(None)).distinct().subquery()
    return int(session.scalar(sa.select(sa.func.sum(files.c.bytes))) or 0)
