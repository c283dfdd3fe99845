"""How much one client may bring in a minute or a day, counted by all server processes of a machine together."""

from __future__ import annotations

import hashlib
import logging
import math
import os
import sqlite3
import tempfile
import threading
import time
from pathlib import Path

from pawsight.errors import PawsightError
from pawsight.settings import Settings
from pawsight.web.proxies import household

_log = logging.getLogger(__name__)
MINUTE, DAY = 60.0, 86_400.0  # seconds
BESIDE = 50_000  # bytes that the archive keeps of a photo beside its file: row, features, small copy
_TIDY_EVERY = 1000
# GCRA (ITU-T I.371): for each client the moment until which what it had is paid for; one statement, so that processes
# need no other lock, and no row where there is nothing to pay.
_TAKE = """
INSERT INTO clients VALUES (:client, :now + :price)
ON CONFLICT (client) DO UPDATE SET until = max(until, :now) + :price WHERE max(until, :now) + :price <= :now + :span
RETURNING until
"""


class RateLimited(PawsightError):
    """One client asks for more than its share.

    Attributes:
        seconds: until it may ask again.
    """

    code = "rate_limited"

    def __init__(self, most: str, seconds: int) -> None:
        super().__init__(
            f"Expected at most {most} from one address, but more came.", f"Try again in {seconds:,} seconds."
        )
        self.seconds = seconds


class Rates:
    """Counts what each client had. Thread-safe, and shared by processes that open the same file.

    Args:
        path: of the file, which is made where it is missing.
        most: that one client may have in a span.
        span: in seconds; what was had comes back bit by bit.
        said: `most` and span in words.
    """

    def __init__(self, path: Path, most: int, span: float = MINUTE, said: str = "") -> None:
        self.path, self.most, self.span = path, most, span
        self.said = said or f"{most:,} photos a minute"
        self._local = threading.local()
        self._taken = 0

    def take(self, address: str, count: int = 1) -> None:
        """Count what one client brings. Where the file cannot be written nobody is turned away for that.

        Raises:
            RateLimited: this is too much; it is not counted.
        """
        try:
            self._take(address, count)
            self._taken += 1
            if self._taken % _TIDY_EVERY == 0:
                self.forget()
        except sqlite3.Error as error:
            _log.error("Photos are not counted, and so not limited: %s.", error)

    def _take(self, address: str, count: int) -> None:
        price = min(count, self.most) * self.span / self.most
        given = {"client": key(address), "now": time.time(), "price": price, "span": self.span}
        connection = self._connection()
        if connection.execute(_TAKE, given).fetchone() is None:
            (until,) = connection.execute("SELECT until FROM clients WHERE client = :client", given).fetchone()
            raise RateLimited(self.said, max(1, math.ceil(until + price - time.time() - self.span)))

    def forget(self) -> None:
        """Let go of clients that owe nothing."""
        self._connection().execute("DELETE FROM clients WHERE until < ?", (time.time(),))

    def _connection(self) -> sqlite3.Connection:
        """One for each thread; nothing is lost that matters when the machine stops, so nothing is synced."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = OFF")
            found.execute("CREATE TABLE IF NOT EXISTS clients (client BLOB PRIMARY KEY, until REAL) WITHOUT ROWID")
        return found


def key(address: str) -> bytes:
    """What a client is known by: a hash, so that the file tells nobody's address."""
    return hashlib.blake2b(household(address).encode(), digest_size=16).digest()


def open_rates(settings: Settings) -> Rates | None:
    """The counter that all servers of this machine with the same archive share; None where nothing is limited."""
    most = settings.photos_a_minute
    if not most:
        return None
    return Rates(_file(settings, "rates"), most)


def open_quota(settings: Settings) -> Rates | None:
    """The counter of bytes that one client may have kept in a day; None where nothing is limited."""
    most = settings.bytes_a_day
    return Rates(_file(settings, "quota"), most, DAY, f"{most / 1e9:g} GB of photos a day") if most else None


def _file(settings: Settings, ending: str) -> Path:
    server = f"{settings.archive_folder.absolute()} {settings.archive_url}"
    return _folder() / f"{hashlib.blake2b(server.encode(), digest_size=8).hexdigest()}.{ending}"


def _folder() -> Path:
    """A folder that no other user of the machine can write to."""
    folder = Path(tempfile.gettempdir()) / f"pawsight-{os.getuid() if hasattr(os, 'getuid') else 'rates'}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and (folder.is_symlink() or folder.stat().st_uid != os.getuid()):
        return Path(tempfile.mkdtemp(prefix="pawsight-"))
    return folder
