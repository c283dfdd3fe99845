"""Which training photos look most alike to the model: it often tells why it was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.evaluate.run import WORKERS
from pawsight.parallel import in_order
from pawsight.types import Floats, ProgressHook, no_progress

BATCH = 16

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Neighbour:
    """A photo of the data set that resembles another.

    Attributes:
        place: in the data set.
        similarity: cosine of the two feature vectors, -1..1; 1 is the same.
    """

    place: int
    similarity: float


def nearest(
    classifier: Classifier, data: Dataset, features: Floats, count: int = 3, watch: ProgressHook = no_progress
) -> list[list[Neighbour]]:
    """Find the training photos whose features point most nearly the same way.

    Reads the prepared pixels, and lets the model look at every training photo once: about a minute for 16,000 on two
    processors.

    Args:
        features: `(Q, D)` float32, `Prediction.features` of the photos to find neighbours for.
        count: of neighbours for each.

    Returns:
        For each of the Q photos its neighbours, the nearest first.
    """
    indices = data.indices("train")
    wanted = _unit(features)
    batches = watch(_batches(indices), -(-len(indices) // BATCH), "Comparing with training photos")
    parts = in_order(partial(_similar, classifier, data, wanted), batches, WORKERS, 2 * WORKERS)
    similar = np.concatenate([np.empty((0, len(features)), np.float32), *parts])
    order = np.argsort(-similar, axis=0, kind="stable")[:count]
    return [
        [Neighbour(int(indices[row]), float(similar[row, query])) for row in order[:, query]]
        for query in range(len(features))
    ]


def _batches(indices: Indices) -> Iterator[Indices]:
    return (indices[start : start + BATCH] for start in range(0, len(indices), BATCH))


def _similar(classifier: Classifier, data: Dataset, wanted: Floats, batch: Indices) -> Floats:
    """Cosines of a batch of training photos with the wanted ones, `(B, Q)`."""
    fitted = [classifier.fit(data.pixels[place]) for place in batch]
    features = np.stack([prediction.features for prediction in classifier.predict_fitted(fitted)])
    return _unit(features) @ wanted.T


def _unit(features: Floats) -> Floats:
    length = np.linalg.norm(features, axis=1, keepdims=True)
    unit: Floats = features / np.maximum(length, 1e-12)
    return unit
