"""Write an upload: its file, then its rows. When `UploadWriter.write` returns, both last through a power cut."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from pawsight.archive import deletion, mappers
from pawsight.archive.database import Index
from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.files import Claim, PhotoStore
from pawsight.archive.group_commit import GroupWriter
from pawsight.archive.tables import DetailsRow, EntryRow
from pawsight.images.strip_metadata import StrippedPhoto


@dataclass(frozen=True)
class PendingUpload:
    """What is written of an upload.

    Attributes:
        photo: its file.
        entry: its row.
        details: the row of its large parts, by column.
        may_be_known: whether there may be an entry of this id. A random id is new, and looking for it costs 0.3 ms.
    """

    photo: StrippedPhoto
    entry: ArchiveEntry
    details: dict[str, Any]
    may_be_known: bool


class UploadWriter:
    """Writes uploads. Thread-safe.

    Args:
        index: of the archive.
        files: of the archive.
    """

    def __init__(self, index: Index, files: PhotoStore) -> None:
        self._index, self._files = index, files
        self._writer: GroupWriter[ArchiveEntry] = GroupWriter(index)

    def write(self, upload: PendingUpload) -> ArchiveEntry:
        """Write an upload.

        Returns:
            The entry of its id, which may have been written before.

        Raises:
            StorageFull, BadArchive, ArchiveUnavailable: nothing of it stays.
        """
        with self._files.claim(upload.photo) as claim:
            try:
                claim.place()  # the slow part, before the lock on the index
                return self._writer.write(
                    upload.photo.sha256, lambda connection: _write_rows(connection, claim, upload)
                )
            except BaseException:
                deletion.withdraw(self._index, self._files, claim)
                raise


def _write_rows(connection: Connection, claim: Claim, upload: PendingUpload) -> ArchiveEntry:
    """Write the rows of an upload, in a transaction that holds the lock on its file."""
    if not claim.is_placed():  # the photo existed before, or an upload of the same one was deleted meanwhile
        claim.place()
    known = mappers.find_entry(connection, upload.entry.id) if upload.may_be_known else None
    return known or insert(connection, upload)


def insert(connection: Connection, upload: PendingUpload) -> ArchiveEntry:
    """Insert the rows of an upload; returns its entry."""
    for table, values in ((EntryRow, vars(upload.entry)), (DetailsRow, upload.details)):
        _prepared(table, connection.dialect).run(connection, values)
    return upload.entry


@dataclass(frozen=True)
class _Insert:
    """A statement in a database's own words: SQLAlchemy would work longer on it than SQLite."""

    statement: str
    columns: tuple[str, ...]
    by_place: bool
    converters: tuple[Any, ...]

    def run(self, connection: Connection, values: dict[str, Any]) -> None:
        converted = [
            convert(values[name]) if convert else values[name]
            for name, convert in zip(self.columns, self.converters, strict=True)
        ]
        given = tuple(converted) if self.by_place else dict(zip(self.columns, converted, strict=True))
        connection.exec_driver_sql(self.statement, given)


@lru_cache
def _prepared(table: type[EntryRow | DetailsRow], dialect: Dialect) -> _Insert:
    compiled = sa.insert(table).compile(dialect=dialect)
    columns = tuple(compiled.positiontup or table.__table__.columns.keys())
    types = (table.__table__.columns[name].type for name in columns)
    converters = tuple(type.dialect_impl(dialect).bind_processor(dialect) for type in types)
    return _Insert(str(compiled), columns, compiled.positiontup is not None, converters)
