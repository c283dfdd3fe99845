"""Group commit: uploads that are written at the same time share a transaction, and so one sync of the disk.

SQLite has one writer at a time. While one transaction is committed, the uploads that wait are collected, and the next
transaction writes all of them. PostgreSQL has many writers and groups their commits by itself (`commit_delay`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection

from pawsight.archive.database import Index

MOST = 16  # uploads in one transaction

Result = TypeVar("Result")


class GroupWriter(Generic[Result]):
    """Writes uploads in shared transactions. Thread-safe.

    Args:
        index: to write to.
        most: uploads in one transaction.
    """

    def __init__(self, index: Index, most: int = MOST) -> None:
        self._index, self._most = index, most
        self._busy = False
        self._waiting: list[_Write[Result]] = []
        self._lock = threading.Lock()

    def write(self, lock: str, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in a transaction; durable when this returns.

        Args:
            lock: SHA-256 of the file whose presence the work depends on; see `Index.writing`.
            work: may be run a second time, where other uploads of its first transaction failed.

        Raises:
            StorageFull, BadArchive, ArchiveUnavailable: nothing was written.
            Exception: what `work` raised; nothing was written.
        """
        if not self._index.has_one_writer:
            with self._index.transaction(lock) as connection:
                return work(connection)
        write = _Write(work, time.monotonic() + self._index.lock_timeout)
        with self._lock:
            self._waiting.append(write)
            leads, self._busy = not self._busy, True
        if not leads:
            write.turn.acquire()
        if not write.done:
            self._lead(write)
        if write.error:
            raise write.error
        return write.result

    def _lead(self, first: _Write[Result]) -> None:
        with self._lock:
            self._waiting.remove(first)
            batch = [first, *self._waiting[: self._most - 1]]
            del self._waiting[: self._most - 1]
        try:
            _run(self._index, batch)
        finally:
            self._hand_over()
            for write in batch[1:]:
                write.turn.release()

    def _hand_over(self) -> None:
        """Let the upload that has waited longest lead the next transaction."""
        with self._lock:
            self._busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].turn.release()


class _Write(Generic[Result]):
    """One upload to be written.

    Attributes:
        until: when it stops waiting for other programs, by `time.monotonic`.
        turn: held until it is done, or its thread leads.
        done: whether there is a result or an error.
    """

    result: Result

    def __init__(self, work: Callable[[Connection], Result], until: float) -> None:
        self.work, self.until = work, until
        self.turn = threading.Lock()
        self.turn.acquire()
        self.done = False
        self.error: BaseException | None = None


class _WorkFailed(Exception):
    """One of several uploads in a transaction failed by itself."""


def _run(index: Index, batch: list[_Write[Result]]) -> None:
    """Write uploads in one transaction; where one of them fails by itself, each in a transaction of its own."""
    try:
        with index.transaction(timeout=max(0.0, batch[0].until - time.monotonic())) as connection:
            for write in batch:
                _work(write, connection, alone=len(batch) == 1)
    except _WorkFailed:
        for write in batch:
            _run(index, [write])
        return
    except BaseException as error:  # the index: it would fail for each of them
        for write in batch:
            write.error = error
    for write in batch:
        write.done = True


def _work(write: _Write[Result], connection: Connection, alone: bool) -> None:
    try:
        write.result = write.work(connection)
    except Exception as error:
        if alone:
            raise
        raise _WorkFailed from error
