"""The prepared pixels, served to Keras in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from pawsight.data import Dataset
from pawsight.images import resize
from pawsight.recipes import Recipe
from pawsight.train.augment import augment, combine
from pawsight.types import Floats, Pixels

Indices = npt.NDArray[np.int64]
Show = Callable[[Pixels, Floats], tuple[Any, Any]]


def show_pixels(pixels: Pixels, targets: Floats) -> tuple[Any, Any]:
    """Show a batch to a network as it is."""
    return pixels, targets


class PhotoLoader(keras.utils.PyDataset):
    """Batches of `(B, S, S, 3)` uint8 photos and `(B, C)` float32 targets.

    Each photo's change depends on seed, epoch and photo alone, so that a resumed run sees what an uninterrupted one
    would have seen.

    Args:
        data: the prepared photos.
        indices: which of them, by place in the cache.
        recipe: batch size, seed and augmentation.
        epoch: shuffles and augments by this number; None keeps order and photos as they are.
        view: augments by this number in place of the epoch's.
        size: side of the photos shown, the recipe's where None.
        targets: `(N, C)` float32 for all of `data`, in place of its own.
        weights: `(N,)` float32 for all of `data`: how much each photo counts in the loss.
        show: turns pixels and targets into what the trained model takes and is compared with.
        whole_batches: leave out the photos that do not fill the last batch, where there is another: so few weigh too
            much in the statistics of batch normalization. Which these are differs by epoch.
        part: which of how many equal parts of each batch is loaded, from 0.
    """

    def __init__(
        self,
        data: Dataset,
        indices: Indices,
        recipe: Recipe,
        epoch: int | None = None,
        *,
        view: int | None = None,
        size: int | None = None,
        targets: Floats | None = None,
        weights: Floats | None = None,
        show: Show = show_pixels,
        whole_batches: bool = False,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        super().__init__(workers=2, max_queue_size=8)
        self._data = data
        self._recipe = recipe
        self._view = epoch if view is None else view
        self._size = size or recipe.size
        self._targets = data.targets if targets is None else targets
        self._weights = weights
        self._show = show
        self._part = part
        self._order = indices if epoch is None else np.random.default_rng((recipe.seed, epoch)).permutation(indices)
        if whole_batches and len(indices) > recipe.batch:
            self._order = self._order[: len(indices) // recipe.batch * recipe.batch]

    def __len__(self) -> int:
        return -(-len(self._order) // self._recipe.batch)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        seen, wanted = self._show(self.pixels(index), self.targets(index))
        if self._weights is None:
            return seen, wanted
        own = self._weights[self.places(index)]
        return seen, wanted, dict.fromkeys(wanted, own)

    def pixels(self, index: int) -> Pixels:
        """The photos of one batch, `(B, S, S, 3)` uint8."""
        return np.stack([self.photo(place) for place in self.places(index)])

    def targets(self, index: int) -> Floats:
        """The targets of one batch, `(B, C)` float32, without touching its photos."""
        chosen = self.places(index)
        targets = self._targets[chosen].copy()
        for row, place in enumerate(chosen):
            partner = self.partner(place)
            if partner is not None:
                targets[row] = np.maximum(targets[row], self._targets[partner])
        return targets

    def places(self, index: int) -> Indices:
        """Return which photos of the data are in one batch, `(B,)`, or in this part of it."""
        batch = self._order[index * self._recipe.batch : (index + 1) * self._recipe.batch]
        number, count = self._part
        size = len(batch) // count
        return batch[number * size : (number + 1) * size]

    def photo(self, place: int) -> Pixels:
        """One photo as this epoch shows it, `(S, S, 3)` uint8."""
        if self._view is None:
            return self._plain(place)
        partner = self.partner(place)
        if partner is None:
            return self._changed(place)
        return combine(self._changed(place), self._changed(partner), self._random(place, 2))

    def _plain(self, place: int) -> Pixels:
        pixels: Pixels = self._data.pixels[place]
        return pixels if pixels.shape[0] == self._size else resize(pixels, (self._size, self._size))

    def _changed(self, place: int) -> Pixels:
        rng = self._random(place)
        return augment(self._data.pixels[place], self._recipe.augment, rng, self._size)

    def _random(self, *numbers: int) -> np.random.Generator:
        """Chance that depends on seed, view and these numbers alone."""
        return np.random.default_rng((self._recipe.seed, self._view or 0, *map(int, numbers)))

    def partner(self, place: int) -> int | None:
        """Return the photo that is shown together with this one; None where it is shown alone."""
        if self._view is None or not self._recipe.augment.pair:
            return None
        rng = self._random(place, 1)
        return int(rng.choice(self._order)) if rng.random() < self._recipe.augment.pair else None
