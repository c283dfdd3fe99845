"""Photos in object storage and the like, by their address: `s3://shelter/photos`, `gs://...`, `https://...`.

fsspec knows the protocols; some need a package of their own (s3fs, gcsfs, ...), which it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pawsight.errors import EmptyFile, MissingExtra, PayloadTooLarge, UnreadableFile
from pawsight.types import Limits

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_address(word: str) -> bool:
    """Whether a word is an address and no path."""
    return bool(_ADDRESS.match(word))


def find(address: str, endings: tuple[str, ...]) -> Iterator[str]:
    """The photos that an address means: those in and below a folder, those that a glob matches, or itself.

    Raises:
        UnreadableFile: the place cannot be listed.
        MissingExtra: what it takes is not installed.
    """
    system, path = _open(address)
    protocol = address.partition("://")[0]
    try:
        if "*" in path:
            found = sorted(system.glob(path))
        elif system.isdir(path):
            found = sorted(name for name in system.find(path) if name.lower().endswith(endings))
        else:
            found = [path]
    except Exception as error:  # every storage raises its own
        raise _unreadable(address, error) from error
    return (f"{protocol}://{name}" for name in found)


def read(address: str, limits: Limits) -> bytes:
    """Read one photo, and no more of it than allowed.

    Raises:
        ImageError: it cannot be read, or has more bytes than the limit.
    """
    system, path = _open(address)
    try:
        with system.open(path, "rb") as file:
            data: bytes = file.read(limits.bytes + 1)
    except Exception as error:  # every storage raises its own
        raise _unreadable(address, error) from error
    if len(data) > limits.bytes:
        raise PayloadTooLarge(
            f"Expected at most {limits.bytes / 1e6:.0f} MB, but {address} has more.", "Make the photo smaller."
        )
    if not data:
        raise EmptyFile("Expected a photo, but the file is empty (0 bytes).", "Copy or upload it again.")
    return data


def _open(address: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"Reading {address} needs fsspec, which the small install does not hold.",
            "Run: pip install 'pawsight[ray]'",
        ) from error
    try:
        system, path = fsspec.core.url_to_fs(address)
    except Exception as error:  # an unknown protocol, or one whose package is missing
        raise _unreadable(address, error) from error
    return system, path


def _unreadable(address: str, error: Exception) -> UnreadableFile:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return UnreadableFile(f"Expected photos at {address!r}, but they cannot be read ({reason}).", "Check the address.")
