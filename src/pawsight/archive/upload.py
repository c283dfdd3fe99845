"""Write an upload: its file, then its rows. When `UploadWriter.write` returns, both last through a power cut.

A file needs no prediction: it is written by another thread while the graph runs, unless other uploads occupy the
processors and the disk anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from pawsight.archive import deletion, mappers
from pawsight.archive.database import Index
from pawsight.archive.entry import ArchivablePrediction, ArchiveEntry
from pawsight.archive.files import Claim, PhotoStore
from pawsight.archive.group_commit import GroupWriter
from pawsight.archive.tables import DetailsRow, EntryRow
from pawsight.images.strip_metadata import StrippedPhoto
from pawsight.parallel import usable_processors

Placed = tuple[ExitStack, Claim]


class AboutUpload(TypedDict, total=False):
    """What `Archive.put` is given besides photo and prediction, and means there."""

    width: int
    height: int
    thumbnail: bytes
    visitor: str
    id: str


@dataclass(frozen=True)
class PendingUpload:
    """What is written of an upload.

    Attributes:
        entry: its row.
        details: the row of its large parts, by column.
        may_be_known: whether there may be an entry of this id. A random id is new, and looking for it costs 0.3 ms.
    """

    entry: ArchiveEntry
    details: dict[str, Any]
    may_be_known: bool


def pending(
    photo: StrippedPhoto, answer: ArchivablePrediction, milliseconds: float, about: AboutUpload
) -> PendingUpload:
    """Collect what is written of an upload."""
    id, thumbnail = about.get("id", ""), about.get("thumbnail", b"")
    entry = mappers.new_entry(
        photo,
        answer,
        width=about["width"],
        height=about["height"],
        visitor=about.get("visitor", ""),
        milliseconds=milliseconds,
        id=id,
    )
    return PendingUpload(entry, mappers.details_values(entry.id, answer, thumbnail), may_be_known=bool(id))


class UploadWriter:
    """Writes uploads. Thread-safe.

    Args:
        index: of the archive.
        files: of the archive.
    """

    def __init__(self, index: Index, files: PhotoStore) -> None:
        self._index, self._files = index, files
        self._writer: GroupWriter[ArchiveEntry] = GroupWriter(index)
        self._most = max(1, usable_processors() // 2)
        self._ahead = ThreadPoolExecutor(self._most, "archive")
        self._free = threading.Semaphore(self._most)

    def write(self, photo: StrippedPhoto, make: Callable[[], PendingUpload], *, slow: bool = False) -> ArchiveEntry:
        """Write an upload.

        Args:
            photo: its file.
            make: returns the rest, such as its prediction.
            slow: whether that takes as long as writing the file, which then goes on at the same time.

        Returns:
            The entry of its id, which may have been written before.

        Raises:
            StorageFull, BadArchive, ArchiveUnavailable: nothing of it stays.
            Exception: what `make` raised; nothing of the upload stays.
        """
        if slow and self._free.acquire(blocking=False):
            try:
                upload, (withdrawing, claim) = self._place_while(photo, make)
            finally:
                self._free.release()
        else:
            upload, (withdrawing, claim) = make(), self._place(photo)
        with withdrawing:
            return self._writer.write(photo.sha256, lambda connection: _write_rows(connection, claim, upload))

    def _place_while(self, photo: StrippedPhoto, make: Callable[[], PendingUpload]) -> tuple[PendingUpload, Placed]:
        placing = self._ahead.submit(self._place, photo)
        try:
            upload = make()
        except BaseException:
            with suppress(Exception):  # what is wrong with the prediction comes first
                withdrawing, _ = placing.result()
                with withdrawing:
                    raise
            raise
        return upload, placing.result()

    def _place(self, photo: StrippedPhoto) -> Placed:
        """Give a photo its name, durable, before the lock on the index: this is the slow part.

        Returns:
            The claim, and a block that ends it: where the block fails, nothing of the photo stays.
        """
        with ExitStack() as stack:
            claim = stack.enter_context(self._files.claim(photo))
            stack.enter_context(self._withdrawing(claim))
            claim.place()
            return stack.pop_all(), claim

    @contextmanager
    def _withdrawing(self, claim: Claim) -> Iterator[None]:
        try:
            yield
        except BaseException:
            deletion.withdraw(self._index, self._files, claim)
            raise

    def close(self) -> None:
        """Let files that are being written be finished.

        This waits for the files, not for the threads: the garbage collector may call it while a thread starts, and
        joining another one would then deadlock.
        """
        for _ in range(self._most):
            self._free.acquire()
        self._ahead.shutdown(wait=False)
        self._free.release(self._most)


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
