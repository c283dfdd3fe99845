"""Where photos come from: a zip, a folder per class, or a flat folder of names like `cat.0.jpg`.

A source only lists and reads; nothing is ever extracted, moved or deleted.
"""

from __future__ import annotations

import os
import re
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Protocol

from pawsight import images
from pawsight.errors import BadData, PayloadTooLarge, UnreadableFile
from pawsight.types import Limits

NEITHER = "neither"
LAYOUT = "a zip or folder with a folder per class (Cat/1.jpg, Dog/2.jpg), or files named like cat.0.jpg"

# A training photo may be heavier than an upload: it comes from the user's own disk.
LIMITS = Limits(bytes=50_000_000)

_FLAT = re.compile(r"(?P<label>[^.]+)\.[^.]+\.[^.]+")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of the others Python unpacks all at once, however much it is


class Source(Protocol):
    """Something that holds files under names with `/` between the parts."""

    def members(self) -> list[str]:
        """Names of all files, in a fixed order."""
        ...

    def read(self, member: str) -> bytes:
        """Read one file. Thread-safe.

        Raises:
            UnreadableFile: it is gone, damaged, locked, or packed in a way that cannot be unpacked bit by bit.
            PayloadTooLarge: it has more bytes than `LIMITS` allow; they were not read.
        """
        ...

    def __enter__(self) -> Source: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True)
class File:
    """One file to look at.

    Attributes:
        path: the source's name, `/`, and the file's name in it: what people are shown.
        label: class in lower case, `neither`, or None where no rule gives one.
        clutter: it is hidden, or in a hidden folder, or in what macOS adds to a zip; not worth opening.
        read: hands out the content; raises ImageError.
    """

    path: str
    label: str | None
    clutter: bool
    read: Callable[[], bytes]


class FolderSource:
    """All files below a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def members(self) -> list[str]:
        """Names of all files below the folder, sorted folder by folder."""
        found = []
        for folder, below, names in os.walk(self._path, onerror=_refuse):
            below.sort()
            found += [(Path(folder) / name).relative_to(self._path).as_posix() for name in sorted(names)]
        return found

    def read(self, member: str) -> bytes:
        """Read one file; see `Source.read`."""
        return images.read(self._path / member, LIMITS)

    def __enter__(self) -> FolderSource:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""


def _refuse(error: OSError) -> None:
    """Without this, `os.walk` would pass over a closed folder in silence."""
    raise BadData(f"Expected to list {error.filename}, but that failed ({error.strerror}).", "Check its rights.")


class ZipSource:
    """All files in a zip. Members are read into memory one by one, never extracted."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        self._infos = {info.filename: info for info in self._zip.infolist() if not info.is_dir()}
        self._lock = threading.Lock()  # ZipFile counts its open members without one

    def members(self) -> list[str]:
        """Names of all members, in the zip's order."""
        return list(self._infos)

    def read(self, member: str) -> bytes:
        """Read one member; see `Source.read`. Never more bytes than the zip declares, whatever it unpacks to."""
        try:
            info = self._infos[member]
        except KeyError as error:
            raise UnreadableFile(f"Expected {member} in the zip, but it is not there.") from error
        if info.compress_type not in _METHODS:
            raise UnreadableFile(
                f"Expected {member} to be stored or deflated, but the zip packs it in another way.", "Zip it again."
            )
        if info.file_size > LIMITS.bytes:
            raise PayloadTooLarge(
                f"Expected at most {LIMITS.bytes / 1e6:.0f} MB, but the zip declares {info.file_size / 1e6:.1f} MB."
            )
        try:
            with self._lock, self._zip.open(info) as file:
                return file.read(info.file_size)
        except _DAMAGED as error:
            raise UnreadableFile(f"Expected {member} to unpack, but the zip is damaged or locked ({error}).") from error

    def __enter__(self) -> ZipSource:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()


def open_source(path: Path) -> Source:
    """Open a zip or a folder.

    Raises:
        BadData: there is nothing at `path`, or something else.
    """
    if path.is_dir():
        return FolderSource(path)
    if not path.exists():
        raise BadData(f"Expected {LAYOUT}, but there is nothing at {path}.", "Check the path.")
    try:
        return ZipSource(path)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        OSError,
    ) as error:  # a later version; names in no UTF-8
        raise BadData(
            f"Expected {LAYOUT}, but {path} is neither a folder nor a whole zip ({error}).", "Download or zip it again."
        ) from error


def name_sources(paths: Iterable[Path]) -> dict[str, Path]:
    """Give each source the name of its last part; a second one of that name gets `~2`, and so on."""
    named: dict[str, Path] = {}
    for path in paths:
        whole = path.resolve()
        twins = sum(other.name == whole.name for other in named.values())
        named[f"{whole.name}~{twins + 1}" if twins else whole.name] = whole
    return named


def list_files(source: Source, name: str, label: str | None = None) -> list[File]:
    """List all files of a source with their labels.

    Args:
        source: an open source.
        name: what `name_sources` calls it.
        label: the label of every file; where None, the layout tells.
    """
    members = source.members()
    flat = _is_flat(members)

    def one(member: str) -> File:
        return File(f"{name}/{member}", label or _label(member, flat), _is_clutter(member), lambda: source.read(member))

    return [one(member) for member in members]


def _is_flat(members: list[str]) -> bool:
    """Whether labels stand in the names: most files are called like `cat.0.jpg`, and those lie in one folder."""
    paths = [PurePosixPath(member) for member in members if not _is_clutter(member)]
    named = [path for path in paths if _FLAT.fullmatch(path.name)]
    return 2 * len(named) > len(paths) and len({path.parent for path in named}) == 1


def _label(member: str, flat: bool) -> str | None:
    path = PurePosixPath(member)
    if flat:
        match = _FLAT.fullmatch(path.name)
        return match["label"].lower() if match else None
    return path.parent.name.lower() or None


def _is_clutter(member: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(member).parts)
