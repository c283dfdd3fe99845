"""The few things that sorting does to files, each so that a kill at any moment leaves nothing half-done under a name
that counts.

No name is ever overwritten: `put` first takes the name with an empty file, which only succeeds where nothing has it,
and then moves the content onto it in one step. What a kill can leave is an empty file in that place, or a part under
`PART`; whoever goes on or takes back knows both.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

PART = ".pawsight-part"
_CHUNK = 1 << 20


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def put(part: Path, target: Path) -> None:
    """Give a file a new name on the same file system.

    Works on file systems without hard links (USB sticks), where "rename unless the name is taken" does not exist.

    Raises:
        FileExistsError: the name is taken; nothing has happened.
        OSError: it cannot be moved, such as EXDEV to another file system; nothing has happened.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.replace(part, target)
    except OSError:
        os.unlink(target)
        raise


def copy(source: Path, part: Path) -> str:
    """Copy a file with its times and permissions, down to the disk.

    Args:
        source: to read.
        part: to write; what stands there from an earlier try is replaced.

    Returns:
        SHA-256 of what was written, in hexadecimal.
    """
    part.unlink(missing_ok=True)  # it may be write-protected, as its source is
    digest = hashlib.sha256()
    with source.open("rb") as file, part.open("wb") as out:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        shutil.copystat(source, part)
        os.fsync(out.fileno())
    return digest.hexdigest()


def write(text: str, part: Path) -> None:
    """Write a new file, down to the disk."""
    with part.open("w", encoding="utf-8", newline="\n") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def carry(source: Path, part: Path, target: Path) -> None:
    """Move a file to another file system: the source goes only when its copy is on the disk and reads back the same.

    Args:
        source: what to move.
        part: where the copy grows, on the file system of `target`.
        target: its new name, which nothing has.
    """
    wanted = copy(source, part)
    put(part, target)
    sync_folder(target.parent)
    if fingerprint(target) != wanted:
        target.unlink()
        raise OSError(0, "the copy does not read back as it was written")
    source.unlink()


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder down to the disk, where the system can (Windows cannot, and need not)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
