"""The prepared pixels, served to Keras in batches."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.train.augment import augment
from pawsight.types import Floats, Pixels

Indices = npt.NDArray[np.int64]


class Feed(keras.utils.PyDataset):
    """Batches of `(B, S, S, 3)` uint8 photos and `(B, C)` float32 targets.

    Each photo's change depends on seed, epoch and photo alone, so that a resumed run sees what an uninterrupted one
    would have seen.

    Args:
        data: the prepared photos.
        indices: which of them, by place in the cache.
        recipe: batch size, seed and augmentation.
        epoch: shuffles and augments by this number; None keeps order and photos as they are.
    """

    def __init__(self, data: Dataset, indices: Indices, recipe: Recipe, epoch: int | None = None) -> None:
        super().__init__(workers=2, max_queue_size=8)
        self._data = data
        self._recipe = recipe
        self._epoch = epoch
        self._order = indices if epoch is None else np.random.default_rng((recipe.seed, epoch)).permutation(indices)

    def __len__(self) -> int:
        return -(-len(self._order) // self._recipe.batch)

    def __getitem__(self, index: int) -> tuple[Pixels, Floats]:
        return np.stack([self._photo(place) for place in self._chosen(index)]), self.targets(index)

    def targets(self, index: int) -> Floats:
        """The targets of one batch, `(B, C)` float32, without touching its photos."""
        return self._data.targets[self._chosen(index)]

    def _chosen(self, index: int) -> Indices:
        return self._order[index * self._recipe.batch : (index + 1) * self._recipe.batch]

    def _photo(self, place: int) -> Pixels:
        pixels: Pixels = self._data.pixels[place]
        if self._epoch is None:
            return pixels
        rng: Any = np.random.default_rng((self._recipe.seed, self._epoch, int(place)))
        return augment(pixels, self._recipe.augment, rng)


def training_indices(data: Dataset, recipe: Recipe) -> Indices:
    """The photos to train on: all of the split, or the recipe's first so many by content hash."""
    indices = data.indices("train")
    if not recipe.photos:
        return indices
    by_hash = sorted(indices, key=lambda place: data.rows[place].sha256)
    return np.array(by_hash[: recipe.photos], dtype=np.int64)
