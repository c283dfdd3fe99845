"""Where photos come from: a folder or a ZIP. A source only lists and reads; nothing is extracted, moved or deleted."""

from __future__ import annotations

import contextlib
import os
import threading
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Protocol

from pawsight import images
from pawsight.errors import BadData, UnreadableFile
from pawsight.images.checks import check_bytes
from pawsight.text import is_formula
from pawsight.types import LOCAL_LIMITS, Limits

NEITHER = "neither"
LAYOUT = "a zip or folder with a folder per class (Cat/1.jpg, Dog/2.jpg), or files named like cat.0.jpg"

# Photos of a prepared set are read again: they have passed the limits that held then.
PREPARED_LIMITS = Limits(bytes=1 << 40, pixels=1 << 31, local=True)
_IS_UTF8 = 0x800
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of the others Python unpacks all at once, however much it is


class Source(Protocol):
    """Something that holds files under names with `/` between the parts.

    Attributes:
        limits: what one photo may cost.
    """

    limits: Limits

    def members(self) -> list[str]:
        """Names of all files, in a fixed order."""
        ...

    def read(self, member: str) -> bytes:
        """Read one file. Thread-safe.

        Raises:
            UnreadableFile: it is gone, damaged, locked, or packed in a way that cannot be unpacked bit by bit.
            PayloadTooLarge: it has more bytes than allowed; they were not read.
        """
        ...

    def __enter__(self) -> Source: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class FolderSource:
    """All files below a folder, also behind links to folders; a circle of links ends where it closes.

    Args:
        path: of the folder.
        limits: what one photo may cost.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self.limits = path, limits

    def members(self) -> list[str]:
        """List the names of all files below the folder, sorted folder by folder.

        A folder that cannot be listed is a member itself: reading it says why.

        Raises:
            BadData: the folder itself cannot be listed.
        """
        try:
            os.listdir(self._path)
        except OSError as error:
            raise BadData(
                f"The folder {self._path} cannot be listed ({error.strerror}).", "Check its rights."
            ) from error
        return list(self._below("", ()))

    def _below(self, folder: str, above: tuple[str, ...]) -> Iterator[str]:
        real = os.path.realpath(self._path / folder)
        if real in above:
            return
        try:
            with os.scandir(self._path / folder) as entries:
                found = sorted((entry.name, _is_folder(entry)) for entry in entries)
        except OSError:
            yield folder
            return
        names = [(f"{folder}/{name}" if folder else name, is_folder) for name, is_folder in found]
        yield from (name for name, is_folder in names if not is_folder)
        for name, is_folder in names:
            if is_folder:
                yield from self._below(name, (*above, real))

    def read(self, member: str) -> bytes:
        """Read one file; see `Source.read`."""
        return images.read(self._path / member, self.limits)

    def __enter__(self) -> FolderSource:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


class ZipSource:
    """All files in a ZIP. Members are read into memory one by one, never extracted.

    Args:
        file: its path, or its content.
        limits: what one photo may cost.
    """

    def __init__(self, file: Path | IO[bytes], limits: Limits) -> None:
        self._zip, self.limits = zipfile.ZipFile(file), limits
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            if not (name := _zip_name(info)).endswith("/"):
                self._infos[_free_name(name, self._infos)] = info
        self._lock = threading.Lock()  # ZipFile counts its open members without one

    def members(self) -> list[str]:
        """List the names of all members, in the ZIP's order; the second of one name is called `name~2`."""
        return list(self._infos)

    def read(self, member: str) -> bytes:
        """Read one member; see `Source.read`. Never more bytes than the ZIP declares, whatever it unpacks to."""
        try:
            info = self._infos[member]
        except KeyError as error:
            raise UnreadableFile(f"{member} is not in the ZIP.") from error
        if info.compress_type not in _METHODS:
            raise UnreadableFile(f"{member} is packed in a way that is not unpacked here.", "Zip it again.")
        check_bytes(info.file_size, self.limits)
        try:
            with self._lock, self._zip.open(info) as file:
                return file.read(info.file_size)
        except _DAMAGED as error:
            raise UnreadableFile(f"{member} does not unpack: the ZIP is damaged or locked ({error}).") from error

    def __enter__(self) -> ZipSource:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name as it was meant.

    Finder writes UTF-8 without saying so (bit 11 of the flags; APPNOTE 4.4.4), which Python reads as code page 437.
    Some programs on Windows separate folders with backslashes.
    """
    name = info.orig_filename
    if not info.flag_bits & _IS_UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name if "/" in name else name.replace("\\", "/")


def _free_name(name: str, taken: Collection[str]) -> str:
    """Return the name, with `~2`, `~3`, ... before its ending where it is taken."""
    path, number = PurePosixPath(name), 1
    free = name
    while free in taken:
        number += 1
        free = str(path.with_name(f"{path.stem}~{number}{path.suffix}"))
    return free


def open_source(path: Path, limits: Limits = LOCAL_LIMITS) -> Source:
    """Open a ZIP or a folder.

    Args:
        path: of it.
        limits: what one photo may cost.

    Raises:
        BadData: there is nothing at `path`, or something else.
    """
    if path.is_dir():
        return FolderSource(path, limits)
    if not path.exists():
        raise BadData(f"There is nothing at {path}.", f"Photos come as {LAYOUT}.")
    return open_zip(path, limits)


def open_zip(file: Path | IO[bytes], limits: Limits = LOCAL_LIMITS) -> ZipSource:
    """Open a ZIP.

    Args:
        file: its path, or its content.
        limits: what one photo may cost.

    Raises:
        BadData: it is none, or damaged.
    """
    try:
        return ZipSource(file, limits)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:  # a later version; no UTF-8
        name = file if isinstance(file, Path) else "The file"
        raise BadData(f"{name} is neither a folder nor a whole ZIP ({error}).", "Download or zip it again.") from error


def name_sources(paths: Iterable[Path]) -> dict[str, Path]:
    """Name each source by its last part; the second of one name gets `~2`, and so on."""
    named: dict[str, Path] = {}
    for path in paths:
        whole = path.resolve()
        twins = sum(other.name == whole.name for other in named.values())
        name = f"_{whole.name}" if is_formula(whole.name) else whole.name  # it begins cells of tables
        named[f"{name}~{twins + 1}" if twins else name] = whole
    return named
