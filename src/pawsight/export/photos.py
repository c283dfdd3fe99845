"""Prepared photos, as a model wants them: to compare its forms on, and to show int8 which values occur."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.evaluate.run import align_classes, read_prepared
from pawsight.runtime import score
from pawsight.types import Floats, Pixels, ProgressHook


@dataclass(frozen=True)
class Photos:
    """Photos that all forms of a model are compared on.

    Attributes:
        pixels: `(N, S, S, 3)` uint8, as the model wants them.
        targets: `(N, C)`, in the order of the model's classes.
        scores: `(N, C)`, what the model itself says.
    """

    pixels: Pixels
    targets: Floats
    scores: Floats


def compared(classifier: Classifier, data: Dataset, count: int, watch: ProgressHook) -> Photos:
    """Read photos of the test split from their original files, and let the model answer for them.

    Args:
        count: at most so many, evenly taken.
        watch: wraps the photos on their way, for a progress bar.

    Raises:
        BadData: the data has other classes than the model, or files have changed.
    """
    classes = classifier.card.classes
    places = _evenly(data.indices("test"), count)
    pixels = _read(classifier, data, places, watch, "Reading photos")
    targets = data.targets[places][:, align_classes(classes, data.classes)]
    return Photos(pixels, targets, score(classifier.session, pixels, np.arange(len(pixels))))


def sample(classifier: Classifier, data: Dataset, count: int, watch: ProgressHook) -> Pixels:
    """Return some photos of the training split: `(N, S, S, 3)` uint8."""
    return _read(classifier, data, _evenly(data.indices("train"), count), watch, "Reading photos for int8")


def _evenly(indices: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    chosen: npt.NDArray[np.int64] = np.unique(np.linspace(0, len(indices) - 1, min(count, len(indices))).astype(int))
    return indices[chosen]


def _read(
    classifier: Classifier, data: Dataset, places: npt.NDArray[np.int64], watch: ProgressHook, label: str
) -> Pixels:
    return np.stack([read_prepared(classifier, photo) for photo in watch(data.photos(places), len(places), label)])
