"""Files and folders that only appear complete, and that replace what was there in one step.

Everything is first written next to its final place, under a hidden name of its own, so that writers do not meet. A
program that is killed leaves at most such a hidden file or folder behind, and what was there before stays.
"""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pawsight.errors import BadArchive
from pawsight.storage import durable

READABLE, PRIVATE = 0o644, 0o600
_ABANDONED = 86_400  # seconds without a change: no program is still busy with it


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write; when the block ends well, what was written takes the place of the file at `path`.

    Args:
        path: of a file, or of a folder that does not exist yet. Its own folder must exist.

    Yields:
        A path in the same folder, with the same ending. Where the block fails, what stands there is removed.
    """
    part = _hidden(path, "part")
    try:
        yield part
        os.replace(part, path)
    except BaseException:
        remove(part)
        raise


def write_file(path: Path, data: bytes, *, mode: int = READABLE, lasting: bool = False) -> None:
    """Write a file, or replace one in one step.

    Args:
        path: of the file.
        data: its content.
        mode: who may read it.
        lasting: whether it must survive a power cut; that costs milliseconds.
    """
    with replacing(path) as part, open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        if lasting:
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Yield a folder to fill; when the block ends well, it takes the place of the folder at `target`.

    The old folder is removed last, and put back where the new one cannot be moved into its place. What a program that
    was killed has left of the same folder is cleared a day later, at the next call.
    """
    _clear(target)
    building, old = _hidden(target, "building"), _hidden(target, "old")
    try:
        building.mkdir(parents=True)
        yield building
        if target.exists():
            target.rename(old)
        try:
            building.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    finally:
        remove(building)
        remove(old)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield a folder to fill, which survives a power cut once the block has ended well.

    Raises:
        BadArchive: something stands at `target`; nothing there is ever replaced.
        StorageFull, ArchiveUnavailable: the disk refuses it.
    """
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise BadArchive(f"Expected a new or empty folder, but {target} holds something.", "Choose another one.")
    building = _hidden(target.absolute(), "building")
    try:
        durable.make_folder(building)
        yield building
        durable.move(building, target)
        durable.sync(building.parent)
    finally:
        remove(building)


def _clear(target: Path) -> None:
    """Remove what killed programs have left of a folder, and put its old one back where they took it away."""
    for left in (*target.parent.glob(_left(target, "building")), *target.parent.glob(_left(target, "old"))):
        with suppress(OSError):  # another program may do the same
            if time.time() - left.stat().st_ctime < _ABANDONED:
                continue
            if left.name.startswith(".old-") and not target.exists():
                left.rename(target)
            else:
                remove(left)


def _left(target: Path, what: str) -> str:
    return f".{what}-{'[0-9a-f]' * 8}-{glob.escape(target.name)}"


def _hidden(path: Path, what: str) -> Path:
    return path.with_name(f".{what}-{secrets.token_hex(4)}-{path.name}")


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
