"""Own classes on disk: photos that somebody brought, a folder per class, and what became of them."""

from __future__ import annotations

import re
import secrets
import shutil
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import msgspec
from msgspec import Struct

from pawsight import images, private
from pawsight.archive.files import ENDINGS
from pawsight.decoding import Opened
from pawsight.errors import BadData, PawsightError
from pawsight.jobs import Job
from pawsight.naming import check_name
from pawsight.thumbnail import thumbnail
from pawsight.web.admin.foretold import Foretold, read

MOST_ALBUMS, MOST_CLASSES, MOST_PHOTOS = 20, 50, 10_000  # photos of one class
MOST_BYTES = 2_000_000_000  # of one album
SMALL = 160  # pixels
NEEDED = ("sklearn", "onnx", "matplotlib", "imagehash", "scipy", "threadpoolctl")  # as pyproject.toml has them
_ID = re.compile("[0-9a-f]{16}")
_NAME = re.compile(r"[\w][\w.-]{0,39}", re.ASCII)
_SHA = re.compile("[0-9a-f]{64}")


class AlbumNotFound(PawsightError):
    """There are no photos of this id: never brought, or deleted."""

    code = "prediction_not_found"


class About(Struct, frozen=True):
    """What is known of an album: the name of its model, and when it was begun (seconds since 1970)."""

    name: str
    begun: float


@dataclass(frozen=True)
class Album:
    """Photos of some classes, and the model that was learnt from them.

    Attributes:
        folder: that holds all of it.
        about: as above.
    """

    folder: Path
    about: About

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def job(self) -> Job:
        """Its forecasting and learning."""
        return Job(self.folder / "job")

    @property
    def model(self) -> Path | None:
        """The folder of the model that was learnt; None while there is none."""
        found = self.folder / "model" / self.about.name
        return found if (found / "card.json").exists() else None

    @property
    def foretold(self) -> Foretold | None:
        """The last forecast."""
        return read(private.read(self.folder / "forecast.json"))

    def counts(self) -> dict[str, int]:
        """Class -> photos, by name."""
        with private.translated():
            folders = sorted(self.folder.glob("photos/*"))
            return {folder.name: sum(1 for _ in folder.iterdir()) for folder in folders}

    def photos(self, name: str) -> list[str]:
        """SHA-256 of each photo of a class, the oldest first."""
        with private.translated():
            paths = sorted(self.folder_of(name).iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name))
        return [path.stem for path in paths]

    def add_class(self, name: str) -> str:
        """Make room for a class.

        Returns:
            what it is called: in lower case, like the folders that `pawsight learn` reads.

        Raises:
            BadData: no class can be called that, or there are too many.
        """
        name = unicodedata.normalize("NFC", " ".join(name.split())).lower()
        if not 1 <= len(name.encode()) <= 100:
            raise BadData("Expected the name of a class, of at most 100 bytes.", "Give a short name.")
        check_name(name)
        if name not in self.counts() and len(self.counts()) >= MOST_CLASSES:
            raise BadData(f"Expected at most {MOST_CLASSES} classes.", "Take one away first.")
        private.make_folder(self.folder / "photos" / name)
        return name

    def remove_class(self, name: str) -> None:
        """Take a class away, with its photos."""
        shutil.rmtree(self.folder_of(name))

    def remove(self, name: str, sha256: str) -> None:
        """Take a photo out of a class."""
        for path in self.folder_of(name).glob(f"{sha256}.*") if _SHA.fullmatch(sha256) else ():
            private.remove(path)

    def small(self, sha256: str) -> bytes:
        """A photo's small copy."""
        data = private.read(self.folder / "small" / f"{sha256}.jpg") if _SHA.fullmatch(sha256) else None
        if data is None:
            raise AlbumNotFound("No photo of this name is here.")
        return data

    def start(self, task: str, base: str) -> None:
        """Let a process of its own forecast or learn; see `pawsight.learn.job`."""
        words = ["-m", "pawsight.learn.job", task, str(self.folder), base, self.about.name]
        self.job.start(task, [sys.executable, *words])

    def delete_photos(self) -> None:
        """Delete the photos and what was foretold of them; the model stays."""
        for part in ("photos", "small"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        private.remove(self.folder / "forecast.json")

    def delete(self) -> None:
        """Delete all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def folder_of(self, name: str) -> Path:
        """The folder of a class.

        Raises:
            AlbumNotFound: there is none of this name.
        """
        if name not in self.counts():
            raise AlbumNotFound("No class of this name is here.")
        return self.folder / "photos" / name


class Filling:
    """Photos on their way into an album; counts what is there once, and not for each.

    Args:
        album: to fill.
        open_photo: opens the content of a file; raises ImageError where it cannot be used.
    """

    def __init__(self, album: Album, open_photo: Callable[[bytes], Opened]) -> None:
        self._album, self._open = album, open_photo
        self._counts = album.counts()
        with private.translated():
            self._bytes = sum(path.stat().st_size for path in album.folder.glob("photos/*/*"))

    def add(self, name: str, data: bytes) -> None:
        """Add a photo to a class: opened once, and kept like an upload, without what else the file tells.

        Raises:
            ImageError: it cannot be used.
            BadData: there are too many, or the album is full.
            AlbumNotFound: there is no such class.
        """
        folder = self._album.folder_of(name)
        opened = self._open(data)
        small, photo = thumbnail(images.decode(opened.thumbnail), SMALL), opened.stored
        target = folder / f"{photo.sha256}.{ENDINGS[photo.format]}"
        if not target.exists():
            self._take_room(name, len(photo.data))
            private.write(self._album.folder / "small" / f"{photo.sha256}.jpg", small, durable=False)
            private.write(target, photo.data, durable=False)

    def _take_room(self, name: str, size: int) -> None:
        self._counts[name] = self._counts.get(name, 0) + 1
        self._bytes += size
        if self._counts[name] > MOST_PHOTOS:
            raise BadData(f"Expected at most {MOST_PHOTOS:,} photos of one class.", "They are plenty.")
        if self._bytes > MOST_BYTES:
            raise BadData(
                f"Expected at most {MOST_BYTES / 1e9:.0f} GB of photos in all.", "Bring fewer or smaller ones."
            )


def begin(root: Path, name: str) -> Album:
    """Begin an album.

    Args:
        root: holds all albums.
        name: of the model to come.

    Raises:
        BadData: no model can be called that, or there are too many albums.
    """
    name = re.sub(r"\s+", "-", name.strip())
    if not _NAME.fullmatch(name):
        raise BadData(
            "Expected a name of at most 40 letters (a to z), digits, dots and hyphens, that begins with a letter or "
            "digit.",
            "It becomes the name of a folder.",
        )
    if len(list(albums(root))) >= MOST_ALBUMS:
        raise BadData(f"Expected at most {MOST_ALBUMS} models here.", "Delete one first.")
    folder, about = root / secrets.token_hex(8), About(name, time.time())
    private.make_folder(folder / "photos")
    private.write(folder / "about.json", msgspec.json.encode(about))
    return Album(folder, about)


def albums(root: Path) -> Iterator[Album]:
    """All albums, the newest first."""
    found = [album for path in root.glob("*/about.json") if (album := _read(path.parent))]
    yield from sorted(found, key=lambda album: -album.about.begun)


def find(root: Path, id: str) -> Album:
    """Find one.

    Raises:
        AlbumNotFound: it is not, or no longer, here.
    """
    album = _read(root / id) if _ID.fullmatch(id) else None
    if album is None:
        raise AlbumNotFound("No photos of this id are here: never brought, or deleted.")
    return album


def _read(folder: Path) -> Album | None:
    try:
        return Album(folder, msgspec.json.decode(private.read(folder / "about.json") or b"", type=About))
    except msgspec.MsgspecError:
        return None


def missing() -> list[str]:
    """Libraries that learning needs and that are not installed; none of them is loaded to find out."""
    return [name for name in NEEDED if find_spec(name) is None]
