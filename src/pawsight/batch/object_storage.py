"""Photos by their address: on the web (`https://...`), and in object storage (`s3://shelter/photos`, `gs://...`).

The web needs no extra. For the others fsspec knows the protocols; some need a package of their own (s3fs, gcsfs, ...),
which it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pawsight import images
from pawsight.errors import EmptyFile, MissingExtra, UnreadableFile
from pawsight.extras import install_hint
from pawsight.images.checks import check_bytes
from pawsight.storage.download import is_web_address
from pawsight.types import Limits

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_address(word: str) -> bool:
    """Return whether a word is an address and no path."""
    return bool(_ADDRESS.match(word))


def find(address: str, endings: tuple[str, ...]) -> Iterator[str]:
    """The photos that an address means: those in and below a folder, those that a glob matches, or itself.

    As in `pawsight.batch.find`, folders are sorted by name, and the names of one folder and of those above it are in
    memory at a time; what a glob matches is in memory at once.

    Raises:
        UnreadableFile: the place cannot be listed.
        MissingExtra: what it takes is not installed.
    """
    if is_web_address(address):
        return iter([address])
    system, path = open_storage(address)
    protocol = address.partition("://")[0]
    try:
        if "*" in path:
            found = sorted(system.glob(path))
        elif system.isdir(path):
            return (f"{protocol}://{name}" for name in _inside(system, address, path, endings))
        else:
            found = [path]
    except Exception as error:  # every storage raises its own
        raise _unreadable(address, error) from error
    return (f"{protocol}://{name}" for name in found)


def _inside(system: Any, address: str, folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    """Yield the photos in and below a folder, sorted."""
    for name, below in _entries(system, address, folder):
        if below:
            yield from _inside(system, address, name, endings)
        elif name.lower().endswith(endings):
            yield name


def _entries(system: Any, address: str, folder: str) -> list[tuple[str, bool]]:
    """Return the names in a folder, and whether each is a folder; fsspec would keep them for as long as it lives."""
    try:
        entries = system.ls(folder, detail=True)
        system.invalidate_cache(folder)
    except Exception as error:  # every storage raises its own
        raise _unreadable(address, error) from error
    found = [(entry["name"].rstrip("/"), entry["type"] == "directory") for entry in entries]
    return sorted((name, below) for name, below in found if name != folder.rstrip("/"))


def read(address: str, limits: Limits) -> bytes:
    """Read one photo, and no more of it than allowed.

    Raises:
        ImageError: it cannot be read, or has more bytes than the limit.
    """
    if is_web_address(address):
        return images.download(address, limits)
    system, path = open_storage(address)
    try:
        with system.open(path, "rb") as file:
            data: bytes = file.read(limits.bytes + 1)
    except Exception as error:  # every storage raises its own
        raise _unreadable(address, error) from error
    check_bytes(len(data), limits)
    if not data:
        raise EmptyFile("The file is empty (0 bytes).", "Check the address.")
    return data


def open_storage(address: str) -> tuple[Any, str]:
    """Return fsspec's file system for an address or a path, and the path in it.

    Raises:
        UnreadableFile: there is no such kind of storage, or its package is missing.
        MissingExtra: what it takes is not installed.
    """
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"Reading {address} needs fsspec, which the small installation does not have.", install_hint("ray")
        ) from error
    try:
        system, path = fsspec.core.url_to_fs(address)
    except Exception as error:  # an unknown protocol, or one whose package is missing
        raise _unreadable(address, error) from error
    return system, path


def _unreadable(address: str, error: Exception) -> UnreadableFile:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return UnreadableFile(
        f"{address!r} cannot be read ({reason}).", "Check the address, and that its storage lets this machine in."
    )
