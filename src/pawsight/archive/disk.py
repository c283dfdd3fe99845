"""The few calls that put bytes on disk for good: every one of the archive's goes through here.

What returns is durable only where the function says so; a rename, link or removal lasts through a power cut once its
folder is synced.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from pawsight import private
from pawsight.errors import ArchiveUnavailable

try:
    import fcntl
except ImportError:  # Windows: leftovers of a crash then wait for `pawsight archive check --repair`
    fcntl = None  # type: ignore[assignment]


def translated() -> AbstractContextManager[None]:
    """Turn what the system refuses into our errors; see `private.translated`."""
    return private.translated("the archive's folder")


def create(path: Path, data: bytes) -> int:
    """Write a new file, durable and locked.

    Returns:
        the open file's descriptor; closing it lets go of the lock.
    """
    with translated():
        file = _open_locked(path)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(file, view) :]
            os.fsync(file)
        except BaseException:
            close(file)
            remove(path)
            raise
    return file


def _open_locked(path: Path) -> int:
    """Another process that tidies up may seize and remove the file before it is locked; then there is a next try."""
    while True:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_nlink:
            return file
        close(file)


def close(file: int) -> None:
    """Let go of a file that `create` or `seize` handed out, and of its lock. Its content was synced before."""
    with suppress(OSError):
        os.close(file)


def seize(path: Path) -> int | None:
    """Lock a file that nobody holds.

    Returns:
        its descriptor; None where it is gone, or its maker is still at work (or the system cannot tell).
    """
    with translated():
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
        except BlockingIOError:
            pass
        os.close(file)
    return None


def link(source: Path, target: Path) -> bool:
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
        close(create(target, data))
    return data is not None


def move(source: Path, target: Path) -> None:
    """Rename in one step; a file at `target` is replaced."""
    with translated():
        os.replace(source, target)


def remove(path: Path) -> None:
    """Take a name away, where it is there."""
    with translated(), suppress(FileNotFoundError):
        os.unlink(path)


def size(path: Path) -> int | None:
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


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where they are missing; durable, also where another process is at it."""
    with translated():
        os.makedirs(path, mode=0o700, exist_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make the names in a folder durable. Windows has no call for that, and NTFS keeps a journal of names."""
    if os.name == "nt":
        return
    with translated():
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
