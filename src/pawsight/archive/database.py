"""The archive's database: connections, transactions, locks."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.orm import Session

from pawsight.archive import sqlite
from pawsight.archive.database_errors import LOCKED, translated, unavailable
from pawsight.archive.migrate import migrate
from pawsight.archive.tables import Base, DeletionRow, EntryRow
from pawsight.errors import BadSettings, MissingExtra
from pawsight.extras import install_hint
from pawsight.storage import durable, private

FILE = "index.sqlite"
LOCK_TIMEOUT = 10.0  # seconds
_PROBE, _PROBE_TIMEOUT, _PROBE_BYTES = "probe", 1.0, 50_000


class Index:
    """An opened index.

    Args:
        url: of the database, as SQLAlchemy writes it; an SQLite database in memory where None.
        lock_timeout: seconds that a writer waits, in all, for other writers and other programs.

    Raises:
        BadSettings: the URL names no database that is supported.
        MissingExtra: PostgreSQL, but its driver is not installed.
        BadArchive: damaged, or written by a newer Pawsight.
        ArchiveUnavailable: the database does not answer.
    """

    def __init__(self, url: URL | None, lock_timeout: float = LOCK_TIMEOUT) -> None:
        self.engine = _engine(url, lock_timeout)
        self.lock_timeout = lock_timeout
        self._file: tuple[int, int] | None = None
        # SQLite has the writers that wait poll for the lock; threads of this process queue instead, for one connection.
        self._turn = threading.Lock() if self.engine.dialect.name == "sqlite" else None
        self._kept: Connection | None = None
        try:
            with translated():
                self._build()
            self._file = self._identity()
        except BaseException:
            self.close()
            raise

    def _build(self) -> None:
        """Create the tables or migrate them; a database in memory needs no migration."""
        if self.engine.url.database is None and self.engine.dialect.name == "sqlite":
            with self.writing() as session:
                Base.metadata.create_all(session.connection())
            return
        if self.engine.dialect.name == "sqlite":
            self._use_wal()
        migrate(self.engine, self._writer)

    def _identity(self) -> tuple[int, int] | None:
        """Return which file SQLite's path leads to now; None in PostgreSQL and in memory."""
        path = self.engine.url.database if self._turn else None
        return private.identity(Path(path)) if path else None

    @property
    def has_one_writer(self) -> bool:
        """Whether writers wait for each other."""
        return self._turn is not None

    @contextmanager
    def reading(self, timeout: float | None = None) -> Iterator[Session]:
        """A transaction that sees one state of the index and changes nothing.

        Args:
            timeout: seconds to wait for a program that locks whole tables, such as PostgreSQL's VACUUM FULL; those of
                the index where None. In SQLite, readers wait for nobody.
        """
        with translated(), Session(self.engine) as session:
            if self.engine.dialect.name == "postgresql":
                _wait_at_most(session.connection(), self.lock_timeout if timeout is None else timeout)
            yield session

    @contextmanager
    def writing(self, *locks: str, timeout: float | None = None) -> Iterator[Session]:
        """A transaction that is durable when the block has ended, and undone when it fails.

        Args:
            locks: SHA-256 of the files whose presence the block depends on. Two blocks that name the same one run one
                after the other. (SQLite has only one writer at a time anyway.)
            timeout: seconds to wait for other writers; the index's own where None.

        Raises:
            ArchiveUnavailable: the lock could not be had in that time, or the database does not answer.
        """
        transaction = self.transaction(*locks, timeout=timeout)
        with transaction as connection, Session(connection, expire_on_commit=False) as session:
            yield session
            session.flush()

    @contextmanager
    def transaction(self, *locks: str, timeout: float | None = None) -> Iterator[Connection]:
        """As `writing`, without a session, which costs more than a statement."""
        with translated(), self._writer(*locks, timeout=timeout) as connection:
            yield connection

    @contextmanager
    def _writer(self, *locks: str, timeout: float | None = None) -> Iterator[Connection]:
        until = time.monotonic() + (self.lock_timeout if timeout is None else timeout)
        if self._file and self._identity() != self._file:  # else what is written would be lost with the old file
            raise unavailable("its file was replaced while the server ran; restart the server")
        with self._in_turn(until), self._connection() as connection:
            wait = max(0, round(1000 * (until - time.monotonic())))
            if connection.get_execution_options().get(sqlite.WAIT) != wait:
                connection.execution_options(**{sqlite.WAIT: wait})
            with connection.begin():
                if self.engine.dialect.name == "postgresql":
                    _wait_at_most(connection, wait / 1000)
                    _lock(connection, locks)
                yield connection

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """Connect for one transaction; the only writer of a file keeps its connection for the next one."""
        if not self._file:
            with self.engine.connect() as connection:
                yield connection
            return
        kept, self._kept = self._kept or self.engine.connect(), None
        try:
            yield kept
        except BaseException:
            kept.close()
            raise
        self._kept = kept

    @contextmanager
    def _in_turn(self, until: float) -> Iterator[None]:
        """The only writer of this process, where the database has only one at a time."""
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=max(0.0, until - time.monotonic())):
            raise unavailable(LOCKED)
        try:
            yield
        finally:
            self._turn.release()

    def probe(self) -> None:
        """Write a row and take it back, and see whether there is room where SQLite's file is.

        Raises:
            StorageFull, BadArchive, ArchiveUnavailable: an upload would get the same.
        """
        if self._file and self.engine.url.database:
            durable.probe(Path(self.engine.url.database).parent, _PROBE_BYTES)
        with suppress(_TakenBack), self.writing(timeout=_PROBE_TIMEOUT) as session:
            session.execute(sa.insert(DeletionRow).values(stored=_PROBE, format=""))
            for table in Base.metadata.sorted_tables:  # an upgrade by another server may have changed them
                session.execute(sa.select(table).limit(0))
            raise _TakenBack

    def is_empty(self) -> bool:
        """Return whether there is no entry, and none was just deleted."""
        with self.reading() as session:
            columns = (EntryRow.id, DeletionRow.stored)
            return all(session.scalar(sa.select(column).limit(1)) is None for column in columns)

    def scrub(self) -> None:
        """Truncate SQLite's write-ahead log, which still holds deleted rows, unless a reader uses it now."""
        if self.engine.dialect.name != "sqlite":
            return
        with translated(), self.engine.connect() as connection:
            raw = connection.connection.cursor()
            connection.connection.info.pop(sqlite.WAIT, None)  # the next transaction sets its own
            raw.execute("PRAGMA busy_timeout=200")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy_to(self, target: Path) -> bool:
        """Copy SQLite's file while it is in use, as of one moment; False where the database is not SQLite."""
        if self.engine.dialect.name != "sqlite":
            return False
        with self.reading() as session, closing(sqlite3.connect(target)) as copy:
            source: Any = session.connection().connection.driver_connection
            source.backup(copy)
        return True

    def close(self) -> None:
        """Close all connections."""
        kept, self._kept = self._kept, None
        if kept:
            kept.close()
        self.engine.dispose()

    def _use_wal(self) -> None:
        """Write ahead: readers and a writer do not wait for each other. Two openers of a new file may collide here."""
        until = time.monotonic() + self.lock_timeout
        while True:
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA journal_mode=WAL")
                return
            except Exception as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.05)
            finally:
                connection.close()


def where(folder: Path, url: str) -> URL:
    """Return the URL of the database that the settings name.

    Raises:
        BadSettings: the URL is none, or names a database that is not supported.
    """
    if not url:
        return URL.create("sqlite", database=str(folder / FILE))
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError) as error:  # the latter for a port that is no number
        raise BadSettings(
            "archive_url is not a database URL.",
            "Write it like postgresql://user@host/name; several hosts like postgresql://user@/name?host=a&host=b.",
        ) from error
    kind = parsed.get_backend_name()
    if kind not in {"sqlite", "postgresql", "postgres"}:
        raise BadSettings(f"archive_url names {kind}, which is not supported.", "Use postgresql or sqlite.")
    if kind == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise BadSettings("archive_url names no file.", "To keep nothing, set archive_keep to nothing.")
    return parsed if kind == "sqlite" else parsed.set(drivername="postgresql+psycopg")


def _engine(url: URL | None, lock_timeout: float) -> Engine:
    if url is None or url.get_backend_name() == "sqlite":
        return sqlite.make_engine(url, lock_timeout)
    return _postgresql(url)


def _postgresql(url: URL) -> Engine:
    try:
        from pawsight.archive.postgresql import make_engine  # needs the extra

        return make_engine(url)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "An archive in PostgreSQL needs psycopg, which is not installed.", install_hint("postgres")
        ) from error


def _wait_at_most(connection: Connection, seconds: float) -> None:
    """Have no statement of a transaction wait longer for a lock."""
    milliseconds = max(1, round(1000 * seconds))  # 0 would be for ever
    connection.execute(sa.select(sa.func.set_config("lock_timeout", str(milliseconds), True)))


def _lock(connection: Connection, locks: tuple[str, ...]) -> None:
    """Take the advisory locks of files."""
    for lock in sorted(locks):
        key = int.from_bytes(bytes.fromhex(lock[:16]), "big", signed=True)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


class _TakenBack(Exception):
    """Ends the transaction of a probe without a commit."""
