"""Weights of training photos, so that a class or a source with few photos counts as much as one with many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.types import Floats


def loss_weights(data: Dataset, chosen: npt.NDArray[np.int64], recipe: Recipe) -> Floats | None:
    """Return how much each photo counts in the loss, `(N,)` float32, or None where all count the same.

    Args:
        data: the prepared photos.
        chosen: indices of the photos to train on; their mean weight is 1.
        recipe: whether classes are balanced, and which sources are emphasized.
    """
    if not (recipe.balance or recipe.emphasis):
        return None
    weights = photo_weights(data.targets, chosen) if recipe.balance else np.ones(len(data.rows), np.float32)
    weights *= np.array([recipe.emphasis.get(row.source, 1.0) for row in data.rows], np.float32)
    return np.asarray(weights / weights[chosen].mean(), dtype=np.float32)


def photo_weights(targets: Floats, chosen: npt.NDArray[np.int64]) -> Floats:
    """Weigh photos by how rare their class is among those that are trained on.

    A photo of several classes counts as its rarest; photos of none of them are a group of their own. The mean weight of
    a training photo is 1, so that learning rates keep their meaning.

    Args:
        targets: `(N, C)` float32 of all photos of the data.
        chosen: indices of the photos to train on.

    Returns:
        `(N,)` float32, above 0; it means nothing for photos that are not trained on.
    """
    shown = np.column_stack([targets > 0.5, ~(targets > 0.5).any(axis=1)])
    counts = shown[chosen].sum(axis=0)
    weights = (shown / np.maximum(counts, 1)).max(axis=1)
    return np.asarray(weights / weights[chosen].mean(), dtype=np.float32)
