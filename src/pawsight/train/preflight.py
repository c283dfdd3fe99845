"""What is checked before a training begins, and before any heavy library loads: can this run end well?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from pawsight import zoo
from pawsight.data import Dataset
from pawsight.errors import BadData, TrainingStopped
from pawsight.recipes import Recipe
from pawsight.storage.writable import why_not_writable
from pawsight.train.options import RunOptions
from pawsight.train.tensorboard import check_tensorboard

LEAST = {"train": 2, "validation": 1, "test": 1}  # photos of each class without which a step of the run can't work

_SMALLEST = {
    "Xception": 71,
    "InceptionV3": 75,
    "InceptionResNetV2": 75,
}  # pixels; of keras.applications, others take 32


def partial_folder(out: Path) -> Path:
    """Return where a run keeps its checkpoints until its model folder is complete."""
    return out.with_name(f"{out.name}.partial")


def model_name(out: Path, data: Dataset) -> str:
    """Return what a model is called in its card: like its folder, but never like a model that Pawsight ships."""
    return f"{out.name}-{data.folder.resolve().name}" if out.name in zoo.names() else out.name


def training_indices(data: Dataset, recipe: Recipe) -> npt.NDArray[np.int64]:
    """The photos to train on: those of the split that the recipe may see, or its first so many by content hash."""
    indices = data.indices("train")
    indices = indices[[data.rows[place].kind not in recipe.unseen for place in indices]]
    if not recipe.photos:
        return indices
    by_hash = sorted(indices, key=lambda place: data.rows[place].sha256)
    return np.array(by_hash[: recipe.photos], dtype=np.int64)


def check_run(recipe: Recipe, data: Dataset, out: Path) -> None:
    """Refuse a run that could only fail later.

    Args:
        recipe: what is to be trained.
        data: prepared photos.
        out: the model folder to be.

    Raises:
        BadData: `out` exists or lies among the photos, these were prepared for another input, a class has too few of
            them, or the original files that the evaluation reads are gone.
    """
    if out.exists():
        raise BadData(f"{str(out)!r} exists already.", "Choose another --out, or delete it first.")
    if data.folder.resolve() in out.resolve().parents:
        raise BadData(f"{str(out)!r} lies in {data.folder}, which holds the prepared photos.", "Choose another --out.")
    if data.size < recipe.size or data.fit != recipe.fit:
        raise BadData(
            f"Recipe {recipe.name} takes photos prepared at {recipe.size} pixels or more with {recipe.fit}, "
            f"but these have {data.size} with {data.fit}.",
            f"Prepare them with --size {recipe.size} --fit {recipe.fit}.",
        )
    if data.size < (least := _SMALLEST.get(recipe.network, 0)):
        raise BadData(
            f"{recipe.network} takes photos of {least} pixels or more, but these have {data.size}.",
            f"Prepare them with --size {least}, or choose another network.",
        )
    if len(data.classes) < 2:
        raise BadData(
            f"Training needs two classes or more, but {data.folder} has only {', '.join(data.classes)}.",
            "Add a folder of photos of something else.",
        )
    chosen = {split: data.indices(split) for split in LEAST} | {"train": training_indices(data, recipe)}
    for split, indices in chosen.items():
        _check_split(data, split, indices)
    for _ in data.photos(chosen["test"][:1]):  # raises BadData where the source is gone or has changed
        pass


def check_options(options: RunOptions, weights: Path | None) -> None:
    """Refuse options that would make a run fail later.

    Raises:
        BadData: there is no file of weights, or nothing can be written to TensorBoard's folder.
        MissingExtra: the package that writes for TensorBoard is not installed.
    """
    if weights is not None and not weights.is_file():
        raise BadData(f"There is no file of weights at {weights}.", "Check the path given with --weights.")
    if options.tensorboard:
        check_tensorboard()
        place = options.tensorboard
        if why := "it is a file" if place.is_file() else why_not_writable(place):
            raise BadData(f"Curves for TensorBoard can't be written to {place} ({why}).", "Choose another folder.")


def _check_split(data: Dataset, split: str, indices: npt.NDArray[np.int64]) -> None:
    counts = data.targets[indices].sum(axis=0).astype(int)
    for name, count in zip(data.classes, counts, strict=True):
        if count < LEAST[split]:
            raise BadData(
                f"Class {name} has {count:,} photo{'' if count == 1 else 's'} in split {split}, but training needs "
                f"{LEAST[split]} or more.",
                "Add photos and run `pawsight data prepare` again, or use more photos of the set (--photos).",
            )


@contextmanager
def only_run(out: Path) -> Iterator[None]:
    """Keep a second run away from the same output while this one lasts.

    Raises:
        TrainingStopped: another run is writing to `out`.
        BadData: nothing can be written there.
    """
    path = out.with_name(f"{out.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise TrainingStopped(
            f"Another training is writing to {out}.", "Wait for it, or choose another --out."
        ) from error
    except OSError as error:
        raise BadData(f"The model can't be written to {out} ({error.strerror}).", "Choose another --out.") from error
    try:
        yield
    finally:
        lock.release()
        path.unlink(missing_ok=True)
