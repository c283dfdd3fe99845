"""Weights of training photos, so that a class with few photos counts as much as one with many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pawsight.types import Floats


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
