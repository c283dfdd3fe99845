"""Connections to PostgreSQL that notice when the server is gone. Importing this module needs psycopg.

TCP notices a host that vanishes, by the options below, but not a server that hangs, or a proxy that has lost it: these
confirm each packet and never answer. A server that only takes its time still answers those who connect.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, ExceptionContext

from pawsight.errors import BadSettings

# A host that vanishes is noticed within half a minute, not after the system's two hours.
_OPTIONS = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "client_encoding": "utf8",  # else text of a database without an encoding (SQL_ASCII) comes as bytes
    "prepare_threshold": None,  # a pooler that changes connections between transactions knows no prepared statements
}
# Errors after which a connection is useless: read-only (a standby, after a fail-over), connection exceptions, and the
# server shutting down or starting up (PostgreSQL, Appendix A).
_GONE = ("25006", "08", "57P")
SILENCE = 10.0  # seconds without a byte


class NoAnswer(psycopg.OperationalError):
    """The server has not answered for long, and does not answer who connects, either."""


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that does not wait forever for a server that hangs.

    Attributes:
        is_alive: whether the server answers who connects, if only by refusing.
    """

    is_alive: Callable[[], bool]

    def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **more: Any) -> Any:
        """Wait for a statement.

        Raises:
            NoAnswer: nothing came for `SILENCE` seconds, and the server answers nobody else, either.
        """
        return super().wait(self._watched(gen), *arguments, **more)

    def _watched(self, statement: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        heard = time.monotonic()
        try:
            wanted = next(statement)
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > SILENCE:
                    if not self.is_alive():
                        self.pgconn.finish()
                        raise NoAnswer("the server has not answered for long")
                    heard = time.monotonic()
                wanted = statement.send(ready)
        except StopIteration as done:
            return done.value


def make_engine(url: URL) -> Engine:
    """Return an engine whose pool drops connections that lead nowhere.

    Args:
        url: of the database; its query overrides the options of connections.
    """
    given = {name: value for name, value in url.query.items() if isinstance(value, str)}  # several hosts are a tuple
    engine = sa.create_engine(url, pool_pre_ping=True, connect_args=_OPTIONS | given)
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "handle_error", _drop_if_gone)
    return engine


def _connect(_: Any, __: Any, words: list[Any], options: dict[str, Any]) -> WatchedConnection:
    """Connect.

    Raises:
        BadSettings: the URL has an option that PostgreSQL's library does not know.
        psycopg.OperationalError: there is no connection.
    """
    try:
        connection = WatchedConnection.connect(*words, **options)
    except psycopg.ProgrammingError as error:
        reason = str(error).partition("\n")[0]
        raise BadSettings(f"archive_url has an option that does not fit: {reason}.") from error
    connection.is_alive = partial(_is_alive, words, options)
    return connection


def _is_alive(words: list[Any], options: dict[str, Any]) -> bool:
    try:
        psycopg.connect(*words, **options).close()
    except psycopg.errors.ConnectionTimeout:
        return False
    except psycopg.Error:  # it has too many clients, starts or stops; where it is gone, TCP ends the connection
        pass
    return True


def _drop_if_gone(context: ExceptionContext) -> None:
    """Have the pool drop its connections when one of them is useless; the next transaction connects again."""
    if str(getattr(context.original_exception, "sqlstate", None)).startswith(_GONE):
        context.is_disconnect = True
