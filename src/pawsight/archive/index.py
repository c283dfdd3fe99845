"""The way to the database: connections, transactions, locks, and its errors in our words."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from pawsight.archive.migrate import migrate
from pawsight.archive.tables import Base
from pawsight.errors import ArchiveUnavailable, BadArchive, BadSettings, MissingExtra, PawsightError, StorageFull

FILE = "index.sqlite"
PATIENCE = 30  # seconds that a writer waits for its turn
_WRITE = "pawsight_write"

# FULL: a commit is on disk before it returns. Deleted rows are overwritten, so that what is forgotten cannot be read.
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", f"busy_timeout={PATIENCE * 1000}")


class Index:
    """An opened index.

    Args:
        url: of the database, as SQLAlchemy writes it; an SQLite database in memory where None.

    Raises:
        BadSettings: the URL names no database that is supported.
        MissingExtra: PostgreSQL, but its driver is not installed.
        BadArchive: damaged, or written by a newer Pawsight.
        ArchiveUnavailable: the database does not answer.
    """

    def __init__(self, url: URL | None) -> None:
        self.engine = _engine(url)
        # SQLite lets one writer in and has the others look again after a nap; threads of ours can do better and queue.
        self._turn = threading.Lock() if self.engine.dialect.name == "sqlite" else nullcontext()
        try:
            with translated():
                self._build()
        except BaseException:
            self.close()
            raise

    def _build(self) -> None:
        """Make the tables, or bring them up to date; in memory there is nothing to bring up to date."""
        if self.engine.url.database is None and self.engine.dialect.name == "sqlite":
            with self.writing() as session:
                Base.metadata.create_all(session.connection())
            return
        if self.engine.dialect.name == "sqlite":
            self._use_wal()
        migrate(self.engine, self._writer)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one state of the index and changes nothing."""
        with translated(), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self, *locks: str) -> Iterator[Session]:
        """A transaction that is durable when the block has ended, and undone when it fails.

        Args:
            locks: SHA-256 of the files whose presence the block depends on. Two blocks that name the same one run one
                after the other. (SQLite lets only one writer in anyway.)
        """
        with translated(), self._writer(*locks) as connection, Session(connection, expire_on_commit=False) as session:
            yield session
            session.flush()

    @contextmanager
    def _writer(self, *locks: str) -> Iterator[Connection]:
        with self._turn, self.engine.connect().execution_options(**{_WRITE: True}) as connection, connection.begin():
            if self.engine.dialect.name == "postgresql":
                for lock in sorted(locks):
                    key = int.from_bytes(bytes.fromhex(lock[:16]), "big", signed=True)
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
            yield connection

    def scrub(self) -> None:
        """Take what was deleted out of SQLite's log too, where nobody is reading it just now."""
        if self.engine.dialect.name != "sqlite":
            return
        with translated(), self.engine.connect() as connection:
            raw = connection.connection.cursor()
            raw.execute("PRAGMA busy_timeout=200")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")

    def copy_to(self, target: Path) -> bool:
        """Copy SQLite's file while it is in use, as of one moment, durable; False where the database is no file."""
        if self.engine.dialect.name != "sqlite":
            return False
        with self.reading() as session, closing(sqlite3.connect(target)) as copy:
            source: Any = session.connection().connection.driver_connection
            source.backup(copy)
        return True

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _use_wal(self) -> None:
        """Write ahead: readers and a writer do not wait for each other. Two openers of a new file may collide here."""
        until = time.monotonic() + PATIENCE
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
    """The database that the settings mean.

    Raises:
        BadSettings: the URL is none, or names a database that is not supported.
    """
    if not url:
        return URL.create("sqlite", database=str(folder / FILE))
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise BadSettings("Expected archive_url like postgresql://user@host/name, but it does not read.") from error
    kind = parsed.get_backend_name()
    if kind not in {"sqlite", "postgresql", "postgres"}:
        raise BadSettings(f"Expected archive_url to name postgresql or sqlite, but it names {kind}.")
    if kind == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise BadSettings("Expected archive_url to name a file.", "To keep nothing, set archive_keep to nothing.")
    return parsed if kind == "sqlite" else parsed.set(drivername="postgresql+psycopg")


def _engine(url: URL | None) -> Engine:
    if url is None:  # one connection for all threads: each connection would have a database of its own
        alone: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
        engine = sa.create_engine("sqlite://", connect_args={"check_same_thread": False}, **alone)
    elif url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": PATIENCE})
    else:
        engine = _postgresql(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _postgresql(url: URL) -> Engine:
    try:
        return sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "An archive in PostgreSQL needs psycopg, which the small install does not hold.",
            "Run: pip install 'pawsight[postgres]'",
        ) from error


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, also around changes to tables
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes its turn at the start: a reader that wants to write later could not wait for it."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITE) else "BEGIN")


@contextmanager
def translated() -> Iterator[None]:
    """Turn the database's errors into ours; their own text may hold values, and stays in the chain of causes.

    Raises:
        StorageFull, BadArchive, ArchiveUnavailable: by what is wrong.
    """
    try:
        yield
    except exc.TimeoutError as error:
        raise _unavailable("it is busy") from error
    except (exc.DBAPIError, sqlite3.Error) as error:  # the latter where SQLite is spoken to directly
        raise _translate(getattr(error, "orig", error)) from error


def _translate(error: Any) -> PawsightError:
    text = str(error).lower()
    if getattr(error, "sqlstate", None) == "53100" or "disk is full" in text:
        return StorageFull(
            "Expected room for a row, but the disk of the archive's index is full.",
            "Free some space; nothing has to be restarted.",
        )
    if "malformed" in text or "not a database" in text:
        return BadArchive(
            "Expected the archive's index, but the file is damaged.",
            "Restore a backup, or move the file away and run `pawsight archive check --repair`.",
        )
    return _unavailable("locked by another program" if "locked" in text else type(error).__name__)


def _unavailable(reason: str) -> ArchiveUnavailable:
    return ArchiveUnavailable(f"Expected the archive's index to answer, but it does not ({reason}).", "Try again soon.")
