"""Who is logged in, as files: every worker process sees them, and they end on the server.

A browser holds a random token; its SHA-256 names the file, so that a stolen folder opens no door.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from pawsight import private

IDLE = 60 * 60.0  # seconds without a click
LONGEST = 12 * 60 * 60.0  # seconds since the password was given
_NOTED = 60.0  # how exactly the last click is known
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)


class Session(Struct, frozen=True):
    """One login.

    Attributes:
        csrf: what each form of this login sends along, so that no other page can send it.
        started, used: when the password was given, and the last click; seconds since 1970.
        mark: of the password that opened it.
    """

    csrf: str
    started: float
    used: float
    mark: str

    def holds(self, mark: str, now: float) -> bool:
        """Whether it is still good."""
        fresh = now - self.used <= IDLE and now - self.started <= LONGEST
        return fresh and secrets.compare_digest(self.mark, mark)


class Sessions:
    """All logins of a server.

    Args:
        folder: that holds them; made when the first one comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, mark: str) -> str:
        """Begin one, with a token that nobody had before.

        Args:
            mark: of the password that was given.

        Returns:
            the token, for the browser alone.
        """
        private.sweep(self._folder, LONGEST)  # what ended without anybody asking for it
        token, now = secrets.token_urlsafe(32), time.time()
        self._write(token, Session(secrets.token_urlsafe(32), now, now, mark))
        return token

    def find(self, token: str, mark: str) -> Session | None:
        """The login of a token, while it lasts; a click makes it last longer.

        Args:
            token: what a browser sent; anything.
            mark: of the password that counts now.
        """
        found = self._read(self._path(token)) if _TOKEN.fullmatch(token) else None
        now = time.time()
        if found is None or not found.holds(mark, now):
            self.end(token)
            return None
        if now - found.used > _NOTED:
            self._write(token, msgspec.structs.replace(found, used=now))
        return found

    def end(self, token: str) -> None:
        """Log out."""
        if _TOKEN.fullmatch(token):
            private.remove(self._path(token))

    def _path(self, token: str) -> Path:
        return self._folder / hashlib.sha256(token.encode()).hexdigest()

    def _write(self, token: str, session: Session) -> None:
        private.write(self._path(token), msgspec.json.encode(session))

    def _read(self, path: Path) -> Session | None:
        try:
            return msgspec.json.decode(private.read(path) or b"", type=Session)
        except msgspec.MsgspecError:
            return None
