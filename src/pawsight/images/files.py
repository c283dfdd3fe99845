"""Files of one's own disk and of the web, read whole, and large ones in turn."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

from pawsight.errors import DownloadFailed, EmptyFile, UnreadableFile
from pawsight.images.checks import check_bytes
from pawsight.storage.download import read_url
from pawsight.text import shortened
from pawsight.types import LIMITS, Limits

# Pictures of more pixels and files of more bytes are read and decoded one at a time: each may take a gigabyte.
LARGE_PICTURE, LARGE_FILE = LIMITS.pixels, 50_000_000
ONE_LARGE = threading.RLock()


def read(path: str | Path, limits: Limits = LIMITS) -> bytes:
    """Read a photo's file, unless it is larger than allowed.

    Raises:
        UnreadableFile: it is missing, not a plain file (a pipe would wait for ever), or may not be read.
        PayloadTooLarge: it has more bytes than the limit; none of them was read.
    """
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            os.listdir(path)  # a closed folder says so
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a plain file")
        check_bytes(status.st_size, limits)
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        reason = getattr(error, "strerror", None) or error
        raise UnreadableFile(
            f"{shortened(str(path))!r} cannot be read ({reason}).", "Check the path and its permissions."
        ) from error


def download(address: str, limits: Limits = LIMITS) -> bytes:
    """Read a photo from an address that begins with `https://` or `http://`.

    Raises:
        UnreadableFile: the address cannot be reached, or answers with an error.
        PayloadTooLarge: it has more bytes than the limit; at most one more than that was read.
        EmptyFile: it has none.
    """
    try:
        data = read_url(address, limits.bytes)
    except DownloadFailed as error:
        raise UnreadableFile(error.message, error.hint) from error
    check_bytes(len(data), limits)
    if not data:
        raise EmptyFile("The file is empty (0 bytes).", "Check the address.")
    return data


@contextlib.contextmanager
def one_large_file(path: str | Path) -> Iterator[None]:
    """Wait until no other large file is read or decoded, where this one is large."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, ValueError):  # `read` says what is wrong with the path
            if os.path.getsize(path) > LARGE_FILE:
                stack.enter_context(ONE_LARGE)
        yield
