"""The few calls that put bytes on disk for good: every one of the archive's goes through here.

What returns is durable only where the function says so; a rename, link or removal lasts through a power cut once its
folder is synced.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from pawsight.errors import ArchiveUnavailable
from pawsight.storage import private

AnyPath = str | Path


def translated() -> AbstractContextManager[None]:
    """Turn what the system refuses into our errors; see `private.translated`."""
    return private.translated("the archive's folder")


def create(path: AnyPath, data: bytes) -> None:
    """Write a new file, durable. Where that fails, nothing stays."""
    with translated():
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(file, view) :]
            os.fsync(file)
        except BaseException:
            _close(file)
            remove(path)
            raise
        _close(file)


def _close(file: int) -> None:
    """Close a file whose content was synced before, so that a failure to close it loses nothing."""
    with suppress(OSError):
        os.close(file)


def link(source: AnyPath, target: AnyPath) -> bool:
    """Give a file a second name in one step, unless that name is taken; False where it is."""
    with translated():
        try:
            os.link(source, target)
        except FileExistsError:
            return False
    return True


def copy(source: Path, target: Path) -> bool:
    """Give a file that never changes a second name, or, on another file system, a durable copy; False if it is gone."""
    try:
        return link(source, target)
    except ArchiveUnavailable:
        data = read(source)
    if data is not None:
        create(target, data)
    return data is not None


def move(source: AnyPath, target: AnyPath) -> None:
    """Rename in one step; a file at `target` is replaced."""
    with translated():
        os.replace(source, target)


def remove(path: AnyPath) -> None:
    """Take a name away, where it is there."""
    with translated(), suppress(FileNotFoundError):
        os.unlink(path)


def size(path: AnyPath) -> int | None:
    """Bytes of a file; None where there is none."""
    with translated():
        try:
            return os.stat(path).st_size
        except FileNotFoundError:
            return None


def changed(path: Path) -> float:
    """When a file was last written, in seconds since 1970."""
    with translated():
        return os.stat(path).st_mtime


def read(path: Path) -> bytes | None:
    """A file's content; None where there is none."""
    with translated():
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def probe(folder: Path, size: int) -> None:
    """Write a file without a name in a folder and drop it: fails as writing a real one would, and leaves nothing."""
    with translated(), tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(size))
        file.flush()


def is_same(path: AnyPath, other: AnyPath) -> bool:
    """Return whether two names are of one file; False where one of them is missing."""
    with translated():
        try:
            return os.path.samestat(os.stat(path), os.stat(other))
        except FileNotFoundError:
            return False


def make_folder(path: AnyPath) -> None:
    """Make a folder, and those above it, where they are missing; durable, also where another process is at it."""
    with translated():
        os.makedirs(path, mode=0o700, exist_ok=True)
    sync(os.path.dirname(path))


def sync(folder: AnyPath) -> None:
    """Make the names in a folder durable. Windows has no call for that, and NTFS keeps a journal of names."""
    if os.name == "nt":
        return
    with translated():
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
