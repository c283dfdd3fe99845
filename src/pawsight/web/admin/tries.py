"""How often somebody may be wrong about the password: five times in a quarter of an hour, in all workers together."""

from __future__ import annotations

import hashlib
import os
import struct
import time
from pathlib import Path

from pawsight import private
from pawsight.web.proxies import household

MOST = 5
SPAN = 15 * 60.0
_NUMBER = struct.Struct("<d")


class Tries:
    """Wrong tries, a file a client.

    Args:
        folder: that holds them; made when the first one comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, client: str) -> float:
        """Note a try before the password is looked at, so that many at once are no way round.

        Args:
            client: the address that it comes from.

        Returns:
            seconds to wait where there were too many; else 0.
        """
        if wait := self._wait(client, MOST):
            return wait
        private.make_folder(self._folder)
        with private.translated():
            file = os.open(self._path(client), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, _NUMBER.pack(time.time()))
            finally:
                os.close(file)
        return self._wait(client, MOST + 1)

    def left(self, client: str) -> int:
        """How many tries there are left."""
        return max(0, MOST - len(self._recent(client)))

    def clear(self, client: str) -> None:
        """Forget a client's tries, once one was right; and those of all whose time is over."""
        private.remove(self._path(client))
        private.sweep(self._folder, SPAN)

    def _wait(self, client: str, count: int) -> float:
        recent = self._recent(client)
        return max(1.0, recent[-count] + SPAN - time.time()) if len(recent) >= count else 0.0

    def _recent(self, client: str) -> list[float]:
        data = private.read(self._path(client)) or b""
        whole = len(data) - len(data) % _NUMBER.size
        return [at for (at,) in _NUMBER.iter_unpack(data[:whole]) if time.time() - at < SPAN]

    def _path(self, client: str) -> Path:
        return self._folder / hashlib.sha256(household(client).encode()).hexdigest()[:32]
