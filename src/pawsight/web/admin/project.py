"""Own classes on disk: uploaded photos, a folder per class, and the model trained on them."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import msgspec
from msgspec import Struct

from pawsight.errors import BadData, PawsightError
from pawsight.jobs import Job
from pawsight.model.class_names import NEITHER, check_name, normalize, same_class
from pawsight.storage import private
from pawsight.web.admin.forecast import ProjectForecast, read

MOST_PROJECTS, MOST_CLASSES = 20, 50
NEEDED = ("sklearn", "onnx", "matplotlib", "imagehash", "scipy", "threadpoolctl")  # as pyproject.toml has them
_ID = re.compile("[0-9a-f]{16}")
_NAME = re.compile(r"[\w][\w.-]{0,39}", re.ASCII)
_SHA = re.compile("[0-9a-f]{64}")


class ProjectNotFound(PawsightError):
    """There are no photos of this id: never uploaded, or deleted."""

    code = "prediction_not_found"


class ProjectInfo(Struct, frozen=True):
    """What is known of a project: the name of its model, and when it was begun (seconds since 1970)."""

    name: str
    begun: float


@dataclass(frozen=True)
class Project:
    """Photos of some classes, and the model trained on them.

    Attributes:
        folder: that holds all of it.
        about: as above.
    """

    folder: Path
    about: ProjectInfo

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def job(self) -> Job:
        """The job that forecasts or trains."""
        return Job(self.folder / "job")

    @property
    def model(self) -> Path | None:
        """The folder of the trained model; None while there is none."""
        found = self.folder / "model" / self.about.name
        return found if (found / "card.json").exists() else None

    @property
    def forecast(self) -> ProjectForecast | None:
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
        """Add a class, or `neither` for photos of none of the classes.

        Returns:
            its name: as given, or as an existing class spells it that differs only in capitals.

        Raises:
            BadData: no class can have this name, or there are too many classes.
        """
        name = normalize(" ".join(name.split()))
        if not 1 <= len(name.encode()) <= 100:
            raise BadData("Expected the name of a class, of at most 100 bytes.", "Give a short name.")
        spellings = {same_class(known): known for known in [NEITHER, *self.classes()]}
        name = spellings.get(same_class(name), name)
        if name != NEITHER:
            check_name(name)
        if name not in spellings.values() and len(self.classes()) >= MOST_CLASSES:
            raise BadData(f"Expected at most {MOST_CLASSES} classes.", "Delete one first.")
        private.make_folder(self.folder / "photos" / name)
        return name

    def remove_class(self, name: str) -> None:
        """Delete a class with its photos."""
        private.remove_tree(self.folder_of(name))

    def remove(self, name: str, sha256: str) -> None:
        """Delete a photo of a class."""
        for path in self.folder_of(name).glob(f"{sha256}.*") if _SHA.fullmatch(sha256) else ():
            private.remove(path)

    def small(self, sha256: str) -> bytes:
        """A photo's small copy."""
        data = private.read(self.folder / "small" / f"{sha256}.jpg") if _SHA.fullmatch(sha256) else None
        if data is None:
            raise ProjectNotFound("No photo of this name is here.")
        return data

    def start(self, task: str, base: str) -> None:
        """Start a process that forecasts or trains; see `pawsight.learn.job`."""
        words = ["-m", "pawsight.learn.job", task, str(self.folder), base, self.about.name]
        self.job.start(task, [sys.executable, *words])

    def delete_photos(self) -> None:
        """Delete the photos and their forecast; the model stays."""
        for part in ("photos", "small"):
            private.remove_tree(self.folder / part)
        private.remove(self.folder / "forecast.json")

    def delete(self) -> None:
        """Delete all of it; what says that it is here goes last, so that it can be tried again where the disk fails."""
        for part in ("photos", "small", "model"):
            private.remove_tree(self.folder / part)
        private.remove_tree(self.folder)

    def folder_of(self, name: str) -> Path:
        """The folder of a class.

        Raises:
            ProjectNotFound: there is none of this name.
        """
        if name not in self.classes():
            raise ProjectNotFound("No class of this name is here.")
        return self.folder / "photos" / name


def begin(root: Path, name: str) -> Project:
    """Begin a project.

    Args:
        root: holds all project_store.
        name: of the model to come.

    Raises:
        BadData: no model can be called that, or there are too many project_store.
    """
    name = re.sub(r"\s+", "-", name.strip())
    if not _NAME.fullmatch(name):
        raise BadData(
            "Expected a name of at most 40 letters (a to z), digits, dots and hyphens, that begins with a letter or "
            "digit.",
            "It becomes the name of a folder.",
        )
    if len(list(projects(root))) >= MOST_PROJECTS:
        raise BadData(f"Expected at most {MOST_PROJECTS} models here.", "Delete one first.")
    folder, about = root / secrets.token_hex(8), ProjectInfo(name, time.time())
    private.make_folder(folder / "photos")
    private.write(folder / "about.json", msgspec.json.encode(about))
    return Project(folder, about)


def projects(root: Path) -> Iterator[Project]:
    """Return all projects, the newest first."""
    found = [project for path in root.glob("*/about.json") if (project := _read(path.parent))]
    yield from sorted(found, key=lambda project: -project.about.begun)


def find(root: Path, id: str) -> Project:
    """Find one.

    Raises:
        ProjectNotFound: it is not, or no longer, here.
    """
    project = _read(root / id) if _ID.fullmatch(id) else None
    if project is None:
        raise ProjectNotFound("No photos of this id are here: never uploaded, or deleted.")
    return project


def _read(folder: Path) -> Project | None:
    try:
        return Project(folder, msgspec.json.decode(private.read(folder / "about.json") or b"", type=ProjectInfo))
    except msgspec.MsgspecError:
        return None


def missing() -> list[str]:
    """Libraries that learning needs and that are not installed; none of them is loaded to find out."""
    return [name for name in NEEDED if find_spec(name) is None]
