"""File operations of `sort` and `undo`, each safe to interrupt: a kill leaves no half-written file under a final name.

No file is ever overwritten: `put` first reserves the name with an empty file, which succeeds only where the name is
free, and then moves the content onto it in one step. A kill can leave that empty file, or a partial copy named `PART`;
`sort --resume` and `undo` recognize both.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
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

    Works on file systems without hard links (USB sticks), which have no "rename unless the name is taken".

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


@dataclass(frozen=True)
class CopiedFile:
    """A finished copy.

    Attributes:
        sha256: of what was written, in hexadecimal.
        refused: attributes that the file system did not take, such as `permissions`; the content is whole.
    """

    sha256: str
    refused: tuple[str, ...] = ()


def copy(source: Path, part: Path) -> CopiedFile:
    """Copy a file with its times, permissions and extended attributes, down to the disk.

    Args:
        source: to read.
        part: to write; what an earlier try left there is replaced.
    """
    part.unlink(missing_ok=True)  # it may be write-protected, as its source is
    digest = hashlib.sha256()
    with source.open("rb") as file, part.open("wb") as out:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        refused = copy_attributes(source, part)
        os.fsync(out.fileno())
    return CopiedFile(digest.hexdigest(), refused)


def copy_attributes(source: Path, target: Path) -> tuple[str, ...]:
    """Copy what a file carries besides its content, as far as the file system of the target takes it.

    Returns:
        What it refused, out of `extended attributes`, `permissions` and `times`: exFAT, SMB and NFS take some only.
    """
    status = source.stat()
    steps: dict[str, Callable[[], None]] = {
        "extended attributes": lambda: _copy_xattrs(source, target),  # first: a write-protected file takes none
        "permissions": lambda: os.chmod(target, stat.S_IMODE(status.st_mode)),
        "times": lambda: os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns)),
    }
    refused = []
    for name, step in steps.items():
        try:
            step()
        except OSError:
            refused.append(name)
    return tuple(refused)


def _copy_xattrs(source: Path, target: Path) -> None:
    """Copy extended attributes; where the source has none, nothing can be refused."""
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(source)
    except OSError:  # the source's file system has no such thing
        return
    failed: OSError | None = None
    for name in names:
        try:
            os.setxattr(target, name, os.getxattr(source, name))
        except OSError as error:
            if error.errno != errno.ENODATA:  # removed since it was listed
                failed = error
    if failed:
        raise failed


def write(text: str, part: Path) -> None:
    """Write a new file, down to the disk."""
    with part.open("w", encoding="utf-8", newline="\n") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def carry(source: Path, part: Path, target: Path) -> tuple[str, ...]:
    """Move a file to another file system: the source is removed once its copy is on the disk and reads back the same.

    Args:
        source: what to move.
        part: where the copy is written, on the file system of `target`.
        target: its new name, which must be free.

    Returns:
        Attributes that the target's file system refused; see `copy_attributes`.
    """
    copied = copy(source, part)
    put(part, target)
    sync_folder(target.parent)
    if fingerprint(target) != copied.sha256:
        target.unlink()
        raise OSError(0, "the copy does not read back as it was written")
    try:
        source.unlink()
    except OSError:  # a memory card that is locked, say: then the copy goes, so that the file stands in one place
        target.unlink()
        raise
    return copied.refused


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk, where the system can: Windows and some network drives cannot."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
