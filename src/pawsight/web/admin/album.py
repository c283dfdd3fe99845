"""Own classes on disk: photos that somebody brought, a folder per class, and what became of them."""

from __future__ import annotations

import re
import secrets
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import msgspec
from msgspec import Struct

from pawsight import private
from pawsight.errors import BadData, PawsightError
from pawsight.jobs import Job
from pawsight.naming import check_name
from pawsight.web.admin.foretold import Foretold, read

MOST_ALBUMS, MOST_CLASSES = 20, 50
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

    def classes(self) -> list[str]:
        """Names of the classes, sorted."""
        with private.translated():
            return sorted(folder.name for folder in self.folder.glob("photos/*"))

    def counts(self) -> dict[str, int]:
        """Class -> photos, by name."""
        with private.translated():
            return {name: sum(1 for _ in (self.folder / "photos" / name).iterdir()) for name in self.classes()}

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
        classes = self.classes()
        if name not in classes and len(classes) >= MOST_CLASSES:
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
        if name not in self.classes():
            raise AlbumNotFound("No class of this name is here.")
        return self.folder / "photos" / name


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
