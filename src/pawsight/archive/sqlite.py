"""Connections to SQLite: pragmas, and transactions that take the writer's lock at their start."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import QueuePool

WAIT = "pawsight_wait"  # an option of a connection: milliseconds that its next transaction waits for the lock

# FULL: a commit is on disk before it returns. Deleted rows are overwritten, so that what is deleted cannot be read.
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


def make_engine(url: URL | None, lock_timeout: float) -> Engine:
    """Return an engine.

    Args:
        url: of the file; a database in memory where None.
        lock_timeout: seconds that a writer waits, where its connection does not say otherwise.
    """
    if url is None:  # one connection for all threads: each connection would have a database of its own
        alone: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
        engine = sa.create_engine("sqlite://", connect_args={"check_same_thread": False}, **alone)
    else:
        engine = sa.create_engine(url, connect_args={"timeout": lock_timeout}, json_serializer=_to_json)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", partial(_begin, 1000 * lock_timeout))
    return engine


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, also around changes to tables
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(default: float, connection: Connection) -> None:
    """A writer takes the lock at the start: a reader that wants to write later could not wait for it."""
    wait = connection.get_execution_options().get(WAIT)
    pooled = connection.connection
    driver: Any = pooled.driver_connection  # SQLAlchemy's way to a statement costs 0.1 ms
    timeout = round(default if wait is None else wait)
    if pooled.info.get(WAIT) != timeout:
        driver.execute(f"PRAGMA busy_timeout={timeout}").close()
        pooled.info[WAIT] = timeout
    driver.execute("BEGIN" if wait is None else "BEGIN IMMEDIATE").close()
