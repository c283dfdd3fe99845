"""Where a training stands, on disk: what lets a killed run go on as if nothing had happened."""

from __future__ import annotations

import math
import os
import warnings
from pathlib import Path

import keras
import msgspec
from msgspec import Struct

from pawsight.errors import TrainingStopped
from pawsight.recipes import Recipe
from pawsight.storage.atomic import replacing, write_file

_WIDEST = 4  # bytes of a number; few are of less
_OVERHEAD = 1_000_000  # bytes that HDF5 adds at most


class TrainingProgress(Struct, frozen=True, kw_only=True):
    """How far a run has come.

    Attributes:
        phase: number of the phase under way.
        epoch: epochs of it that are done.
        best: lowest validation loss of the phase.
        stale: epochs since then.
    """

    phase: int = -1
    epoch: int = 0
    best: float = float("inf")
    stale: int = 0


class Checkpoint:
    """The files of a run that is under way.

    Args:
        folder: made where it is missing; a run of the same recipe on the same data goes on from there.
        recipe: what is trained.
        fingerprint: of the data.

    Raises:
        TrainingStopped: the folder holds another run.
    """

    def __init__(self, folder: Path, recipe: Recipe, fingerprint: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        run = msgspec.json.encode({"recipe": recipe, "fingerprint": fingerprint})
        path = folder / "run.json"
        if path.exists() and path.read_bytes() != run:
            raise TrainingStopped(
                f"{folder} holds an unfinished training of another recipe or data set.",
                "Choose another --out, or delete that folder.",
            )
        path.write_bytes(run)

    @property
    def progress(self) -> TrainingProgress:
        """How far the run has come; before its first epoch where nothing is saved."""
        path = self.folder / "progress.json"
        return msgspec.json.decode(path.read_bytes(), type=TrainingProgress) if path.exists() else TrainingProgress()

    def has(self, name: str) -> bool:
        """Return whether weights of this name are there."""
        return self._path(name).exists()

    def save(self, name: str, model: keras.Model, progress: TrainingProgress | None = None) -> None:
        """Save weights (and the optimizer's state, once compiled), atomically.

        Raises:
            OSError: the disk is full.
        """
        with replacing(self._path(name)) as part:
            _reserve(part, _bytes(model))
            model.save_weights(part)
        if progress:
            write_file(self.folder / "progress.json", msgspec.json.encode(progress))

    def load(self, name: str, model: keras.Model) -> None:
        """Load weights of this name into `model`, and the optimizer's state where both have one alike."""
        with warnings.catch_warnings():
            # Weights from before a phase come without the optimizer's state, and are wanted without it.
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
            model.load_weights(self._path(name))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.weights.h5"


def _bytes(model: keras.Model) -> int:
    variables = [*model.variables, *getattr(getattr(model, "optimizer", None), "variables", [])]
    return sum(math.prod(one.shape) * _WIDEST for one in variables)


def _reserve(path: Path, size: int) -> None:
    """Find out whether so many bytes can be written: on a full disk HDF5 crashes the process (seen with 1.14)."""
    if hasattr(os, "posix_fallocate"):
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size + _OVERHEAD)
