"""Rate limits: how much one client may do in a time, counted by all server processes of a machine together.

One limiter for photos, bytes, logins and browsers' reports, with a file of counters in the server's own state folder.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pawsight.errors import ArchiveUnavailable, PawsightError
from pawsight.settings import Settings
from pawsight.storage import private
from pawsight.web.security.proxies import client_network

_log = logging.getLogger(__name__)
MINUTE, DAY = 60.0, 86_400.0  # seconds
ROW_BYTES = 50_000  # what the archive keeps of a photo besides its file: row, features, thumbnail
_TIDY_EVERY = 1000
_WAIT = 5.0  # seconds for another process that counts
# GCRA (ITU-T I.371): for each client the moment until which its requests are paid for. One statement, so that
# processes need no other lock, and no row where nothing is owed. A moment that this limiter cannot have written is of a
# clock that was ahead; it counts as nothing owed.
_TAKE = """
INSERT INTO clients VALUES (:client, :now + :price)
ON CONFLICT (client) DO UPDATE SET until = :price + CASE WHEN until BETWEEN :now AND :latest THEN until ELSE :now END
WHERE until NOT BETWEEN :now AND :latest OR until + :price <= :now + :span
RETURNING until
"""
_SLACK = 60.0  # seconds by which clocks of threads and steps of NTP may differ

T = TypeVar("T")


class RateLimited(PawsightError):
    """One client asks for more than its share.

    Attributes:
        seconds: until it may ask again.
    """

    code = "rate_limited"
    remedy = "Wait for the seconds in `Retry-After`, or raise `rate_limit` or `daily_bytes`."

    def __init__(self, most: str, seconds: int) -> None:
        super().__init__(f"More than {most} came from this network address.", f"Try again in {seconds:,} seconds.")
        self.seconds = seconds


class RateLimitUnavailable(PawsightError):
    """The counters cannot be written, and the settings say that nothing is let through uncounted."""

    code = "rate_limit_unavailable"
    remedy = 'Check the disk and the rights of the folder `state`; `rate_limit_on_error = "allow"` lets uploads pass.'


class RateLimiter:
    """Limits how much each client may do. Thread-safe, and shared by processes that open the same file.

    Args:
        path: of the file, created where it is missing, and created again where it is deleted or damaged.
        most: what one client may have in a span.
        span: in seconds; what was used comes back bit by bit.
        description: `most` and span in words.
        name: of this limiter, among those that share the file.
        refuse_on_error: whether to refuse what cannot be counted, rather than let it through.
    """

    def __init__(
        self,
        path: Path,
        most: int,
        span: float = MINUTE,
        description: str = "",
        *,
        name: str = "photos",
        refuse_on_error: bool = True,
    ) -> None:
        self.path, self.most, self.span, self.name = path, most, span, name
        self.description = description or f"{most:,} photos a minute"
        self.refuse_on_error = refuse_on_error
        self._local = threading.local()
        self._taken = 0

    def take(self, address: str, count: int = 1) -> None:
        """Count what one client does.

        Raises:
            RateLimited: this is too much; it is not counted.
            RateLimitUnavailable: it cannot be counted.
        """
        try:
            self._counting(lambda connection: self._take(connection, address, count))
            self._taken += 1
            if self._taken % _TIDY_EVERY == 0:
                self.drop_settled()
        except RateLimitUnavailable as error:
            if self.refuse_on_error:
                raise
            _log.error("Let through without counting: %s", error)

    def _take(self, connection: sqlite3.Connection, address: str, count: int) -> None:
        price = min(count, self.most) * self.span / self.most
        now = time.time()
        given = {"client": self.key(address), "now": now, "price": price, "span": self.span}
        given["latest"] = now + self.span + _SLACK
        if connection.execute(_TAKE, given).fetchone() is None:
            (until,) = connection.execute("SELECT until FROM clients WHERE client = :client", given).fetchone()
            wait = math.ceil(until + price - time.time() - self.span)
            raise RateLimited(self.description, min(max(1, wait), math.ceil(self.span)))

    def left(self, address: str) -> int:
        """Return how much a client may do now.

        Raises:
            RateLimitUnavailable: the counters cannot be read.
        """
        now = time.time()
        query = "SELECT until FROM clients WHERE client = ? AND until BETWEEN ? AND ?"
        owed = self._counting(
            lambda one: one.execute(query, (self.key(address), now, now + self.span + _SLACK)).fetchone()
        )
        free = self.span - (owed[0] - now if owed else 0.0)
        return max(0, math.floor(free * self.most / self.span + 1e-6))

    def clear(self, address: str) -> None:
        """Delete what was counted of a client.

        Raises:
            RateLimitUnavailable: the counters cannot be written.
        """
        self._counting(lambda one: one.execute("DELETE FROM clients WHERE client = ?", (self.key(address),)))

    def drop_settled(self) -> None:
        """Delete the rows of clients that owe nothing.

        Raises:
            RateLimitUnavailable: the counters cannot be written.
        """
        self._counting(lambda one: one.execute("DELETE FROM clients WHERE until < ?", (time.time(),)))

    def probe(self) -> None:
        """Write to the counters.

        Raises:
            RateLimitUnavailable: what clients do cannot be counted, and is refused for that.
        """
        try:
            self.drop_settled()
        except RateLimitUnavailable:
            if self.refuse_on_error:
                raise

    def key(self, address: str) -> bytes:
        """Return what a client is known by: a hash, so that the file holds nobody's address."""
        known = f"{self.name} {client_network(address)}"
        return hashlib.blake2b(known.encode("utf-8", "surrogateescape"), digest_size=16).digest()

    def _counting(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Use the file; where it turns out to be damaged, make a new one: it holds nothing that is missed for long."""
        try:
            try:
                return work(self._connection())
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._discard()
                return work(self._connection())
        except (sqlite3.Error, OSError, ArchiveUnavailable) as error:
            self._local.opened = None
            _log.error("The counters in %s cannot be used: %s", self.path, error)
            raise RateLimitUnavailable(
                "Requests cannot be counted, and are refused for that.", "The operator finds more in the server's log."
            ) from error

    def _connection(self) -> sqlite3.Connection:
        """One for each thread; opened again when the file at the path is no longer the same."""
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is None or opened.file != private.identity(self.path):
            opened = self._local.opened = self._open()
        return opened.connection

    def _open(self) -> _Opened:
        """Nothing is lost that matters when the machine stops, so nothing is synced."""
        private.make_folder(self.path.parent, "the folder `state`")
        connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TABLE IF NOT EXISTS clients (client BLOB PRIMARY KEY, until REAL) WITHOUT ROWID")
        return _Opened(connection, private.identity(self.path))

    def _discard(self) -> None:
        self._local.opened = None
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(f"{self.path}{ending}")


@dataclass(frozen=True)
class _Opened:
    connection: sqlite3.Connection
    file: tuple[int, int] | None


@dataclass(frozen=True)
class RateLimits:
    """The limits of one server; None where there is no limit.

    Attributes:
        photos: of one client in a minute.
        stored: bytes that are stored of one client in a day.
        logins: tries of one client to log in; always limited.
        reports: of one client's browser, in a minute; always limited.
    """

    photos: RateLimiter | None
    stored: RateLimiter | None
    logins: RateLimiter
    reports: RateLimiter

    @classmethod
    def of(cls, settings: Settings) -> RateLimits:
        """Open the counters that all servers of this machine with the same archive share."""
        path = counters_file(settings)
        strict = settings.rate_limit_on_error == "refuse"
        photos, stored = settings.photos_a_minute, settings.bytes_a_day
        wording = f"{stored / 1e9:g} GB of photos a day"
        return cls(
            RateLimiter(path, photos, refuse_on_error=strict) if photos else None,
            RateLimiter(path, stored, DAY, wording, name="bytes", refuse_on_error=strict) if stored else None,
            RateLimiter(path, 5, 15 * MINUTE, "5 logins in 15 minutes", name="logins"),
            RateLimiter(path, 60, MINUTE, "60 reports a minute", name="reports"),
        )

    def take_photos(self, address: str, sizes: list[int]) -> None:
        """Count the photos of one request.

        Args:
            address: of the client.
            sizes: bytes of each photo.

        Raises:
            RateLimited: the client sent too many in the last minute, or too much in the last day.
            RateLimitUnavailable: they cannot be counted.
        """
        if self.photos:
            self.photos.take(address, len(sizes))
        if self.stored:
            self.stored.take(address, sum(size + ROW_BYTES for size in sizes))

    def probe(self) -> None:
        """Check that photos can be counted.

        Raises:
            RateLimitUnavailable: they cannot, and are refused for that.
        """
        for limiter in (self.photos, self.stored):
            if limiter:
                limiter.probe()


def counters_file(settings: Settings) -> Path:
    """Return where the servers of one archive count."""
    server = f"{settings.archive_folder.absolute()} {settings.archive_url}"
    name = hashlib.blake2b(server.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    return settings.state_folder / f"{name}.counters"
