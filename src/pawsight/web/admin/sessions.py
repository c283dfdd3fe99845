"""Login sessions as files: every worker process sees them, and they end on the server.

A browser holds a random token; its SHA-256 names the file, so that a stolen folder logs nobody in. The time of the last
request is the file's own: noting it never creates a file, so that a logout at the same moment wins.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from pawsight.storage import private

IDLE = 60 * 60.0  # seconds without a click
LONGEST = 12 * 60 * 60.0  # seconds since the password was given
_NOTED = 60.0  # how exactly the last request is known
_SKEW = 60.0  # by which the clocks of several servers may differ
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)


class LoginSession(Struct, frozen=True):
    """One login.

    Attributes:
        csrf: what each form of this session sends along, so that no other page can send it.
        started: when the password was given; seconds since 1970.
        mark: of the password that opened it.
    """

    csrf: str
    started: float
    mark: str

    def lasts(self, mark: str, used: float, now: float) -> bool:
        """Return whether it has not ended; one from the future, of a clock that was ahead, has.

        Args:
            mark: of the password that counts now.
            used: when the last request came; seconds since 1970.
            now: seconds since 1970.
        """
        fresh = -_SKEW <= now - used <= IDLE and -_SKEW <= now - self.started <= LONGEST
        return fresh and secrets.compare_digest(self.mark, mark)


class LoginSessions:
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
        private.remove_leftovers(self._folder, LONGEST)  # what ended without anybody asking for it
        token, now = secrets.token_urlsafe(32), time.time()
        private.write(self._path(token), msgspec.json.encode(LoginSession(secrets.token_urlsafe(32), now, mark)))
        return token

    def find(self, token: str, mark: str) -> LoginSession | None:
        """Find the session of a token, while it lasts; a request makes it last longer.

        Args:
            token: what a browser sent; anything.
            mark: of the password that counts now.
        """
        if not _TOKEN.fullmatch(token):
            return None
        path, now = self._path(token), time.time()
        found, used = self._read(path), private.changed(path)
        if found is None or used is None or not found.lasts(mark, used, now):
            self.end(token)
            return None
        if now - used > _NOTED and not private.touch(path):
            return None
        return found

    def end(self, token: str) -> None:
        """Log out."""
        if _TOKEN.fullmatch(token):
            private.remove(self._path(token))

    def _path(self, token: str) -> Path:
        return self._folder / hashlib.sha256(token.encode()).hexdigest()

    def _read(self, path: Path) -> LoginSession | None:
        try:
            return msgspec.json.decode(private.read(path) or b"", type=LoginSession)
        except msgspec.MsgspecError:
            return None
