"""A zip that is sent while it is made: in memory there is one file of it at a time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any


def zip_stream(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Pieces of a zip, which together are all of it.

    Nothing is packed: photos and graphs hardly shrink, and time stays out so that the same files give the same zip.

    Args:
        files: (name, content) of each, in their order.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as target:
        for name, data in files:
            target.writestr(zipfile.ZipInfo(name), data)
            yield pipe.take()
    yield pipe.take()


class _Pipe(io.RawIOBase):
    """What was written since somebody took it; a zip can be written to it, as that never goes back."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        piece = bytes(data)
        self._waiting += piece
        return len(piece)

    def take(self) -> bytes:
        piece = bytes(self._waiting)
        self._waiting.clear()
        return piece
