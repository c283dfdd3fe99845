"""Locks between processes, on Linux, macOS and Windows alike: an empty file that the operating system locks."""

from __future__ import annotations

from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout


def try_lock(path: Path) -> BaseFileLock | None:
    """Lock a file without waiting. The lock ends with `release()`, and with the process however that ends.

    Args:
        path: the lock's file. It is made where it is missing, with its folder; it is empty, and stays when
            the lock is released.

    Returns:
        the lock; None where another process, or another part of this one, holds it.

    Raises:
        OSError: the file cannot be made.
    """
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def wait_for_lock(path: Path, seconds: float) -> BaseFileLock:
    """Lock a file, and wait for the process that holds it.

    Raises:
        OSError: the file cannot be made, or the lock was not released in this time (`filelock.Timeout`).
    """
    lock = FileLock(path, thread_local=False)
    lock.acquire(timeout=seconds)
    return lock


def is_locked(path: Path) -> bool:
    """Return whether a process holds this lock now; False where its file is missing."""
    if not path.exists():
        return False
    lock = try_lock(path)
    if lock is not None:
        lock.release()
    return lock is None
