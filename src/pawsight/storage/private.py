"""Small files that only their owner reads, written atomically."""

from __future__ import annotations

import errno
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from pawsight.errors import ArchiveUnavailable, PawsightError, StorageFull
from pawsight.storage import atomic

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class translated:  # noqa: N801  # as contextlib's own; a generator in its place costs three times as much
    """Turn what the system refuses into our errors, which name no path: visitors may see them.

    Args:
        place: what people call the folder that is worked in.

    Raises:
        StorageFull: no space, no quota, or the file system's largest file.
        ArchiveUnavailable: everything else.
    """

    def __init__(self, place: str = "the admin folder") -> None:
        self.place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise translate(error, self.place) from error


def translate(error: OSError, place: str) -> PawsightError:
    """Return what `translated` raises for an error of the system."""
    if error.errno in _FULL:
        return StorageFull(
            f"Expected room in {place}, but its disk is full ({error.strerror}).",
            "Free some space; nothing has to be restarted.",
        )
    return ArchiveUnavailable(
        f"Expected {place} to work, but it does not ({error.strerror}).", "Check the disk and its rights."
    )


def make_folder(path: Path, place: str = "the admin folder") -> Path:
    """Make a folder that only its owner enters, and those above it, where they are missing.

    Args:
        path: of the folder.
        place: what people call it.
    """
    with translated(place):
        os.makedirs(path, mode=0o700, exist_ok=True)
    return path


def write(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file; one that was there is replaced in one step.

    Args:
        path: of the file.
        data: its content.
        durable: whether it is to last through a power cut; that costs milliseconds a file.
    """
    make_folder(path.parent)
    with translated():
        atomic.write_file(path, data, mode=atomic.PRIVATE, lasting=durable)


def read(path: Path) -> bytes | None:
    """A file's content; None where there is none."""
    with translated():
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def changed(path: Path) -> float | None:
    """When a file was last written or touched, in seconds since 1970; None where there is none."""
    with translated():
        try:
            return path.stat().st_mtime
        except FileNotFoundError:
            return None


def identity(path: Path) -> tuple[int, int] | None:
    """Return the device and number of the file that a path leads to; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def touch(path: Path) -> bool:
    """Note that a file was used now; False where there is none, and none is made."""
    with translated():
        try:
            os.utime(path, (time.time(),) * 2)
        except FileNotFoundError:
            return False
    return True


def remove(path: Path) -> bool:
    """Take a file away; False where there was none."""
    with translated():
        try:
            path.unlink()
        except FileNotFoundError:
            return False
    return True


def remove_tree(folder: Path) -> None:
    """Take a folder away with all that is in it; others may do the same at the same time."""
    with translated():
        while os.path.lexists(folder):
            with suppress(FileNotFoundError):
                shutil.rmtree(folder)


def remove_leftovers(folder: Path, seconds: float, names: str = "*") -> None:
    """Take away what nobody wrote to for so long; others may do the same at the same time.

    Args:
        folder: that holds it.
        seconds: since a file, or the list of a folder's files, was changed last.
        names: of the files and folders, with `*` for anything.
    """
    with translated():
        for path in folder.glob(names):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > seconds:
                    atomic.remove(path)
