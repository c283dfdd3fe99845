"""What a trained trunk says of photos, in the arithmetic that it will serve in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from pawsight import images
from pawsight.data import Dataset
from pawsight.parallel import in_order
from pawsight.recipes import Augment, Recipe
from pawsight.train.frozen_trunk import FrozenTrunk
from pawsight.train.loader import Indices, PhotoLoader
from pawsight.train.networks import Network
from pawsight.train.phase_model import sample_photos
from pawsight.types import Floats, Pixels

_WORKERS, _WINDOW = 2, 4


@dataclass(frozen=True)
class TrunkOutputs:
    """Features `(N, D)`, maps `(N, h, w, C)` and targets `(N, C)` of photos, all float32."""

    features: Floats
    maps: Floats
    targets: Floats

    @property
    def logits(self) -> Floats:
        """Logits of whole photos, `(N, C)`."""
        means: Floats = self.maps.mean(axis=(1, 2))
        return means

    def none(self) -> TrunkOutputs:
        """Return the outputs of no photo, in the same shapes."""
        return TrunkOutputs(self.features[:0], self.maps[:0], self.targets[:0])


def serving_batches(data: Dataset, indices: Indices, recipe: Recipe) -> Iterator[Callable[[], Pixels]]:
    """Yield what makes photos as serving sees them, a batch a call: from the original files where the prepared photos
    are larger than the model's input, because shrinking them once more gives other pixels."""
    if data.size == recipe.size:
        feed = PhotoLoader(data, indices, recipe)
        yield from (partial(feed.pixels, number) for number in range(len(feed)))
        return
    photos = data.photos(indices)  # one generator for all batches: opening a large ZIP takes longer than reading one
    while files := list(islice(photos, recipe.batch)):
        yield partial(_decode, files, recipe)


def _decode(files: list[bytes], recipe: Recipe) -> Pixels:
    decoded = (images.decode(photo, least=recipe.size) for photo in files)
    return np.stack([images.fit(pixels, recipe.size, recipe.fit) for pixels in decoded])


class TrunkReader:
    """Reads photos with a trained trunk and head, in int8 where the model will be served in int8.

    Args:
        network: trained.
        data, recipe: what it was trained on, and how.
        path: where the graph that reads is kept.
    """

    def __init__(self, network: Network, data: Dataset, recipe: Recipe, path: Path) -> None:
        self._data, self._recipe = data, recipe
        tensors = {"features": network.features, "maps": network.head(network.trunk.output)}
        sample = sample_photos(data, recipe, recipe.size)
        self._graph = FrozenTrunk(network.trunk, tensors, sample, path, recipe.quantise)

    def plain(self, indices: Indices) -> TrunkOutputs:
        """Read photos as serving sees them: from the original files where the prepared ones are larger."""
        return self._run(serving_batches(self._data, indices, self._recipe), self._data.targets[indices])

    def changed(self, indices: Indices, view: int) -> TrunkOutputs:
        """Read photos, changed and paired as in training."""
        return self._read(PhotoLoader(self._data, indices, self._recipe, view=view))

    def pairs(self, indices: Indices, view: int) -> TrunkOutputs:
        """Read pictures of two photos each, otherwise unchanged."""
        recipe = msgspec.structs.replace(self._recipe, augment=Augment(pair=1.0))
        return self._read(PhotoLoader(self._data, indices, recipe, view=view))

    def _read(self, feed: PhotoLoader) -> TrunkOutputs:
        targets = np.concatenate([feed.targets(number) for number in range(len(feed))])
        return self._run([partial(feed.pixels, number) for number in range(len(feed))], targets)

    def _run(self, batches: Iterable[Callable[[], Pixels]], targets: Floats) -> TrunkOutputs:
        read = list(in_order(lambda batch: self._graph(batch()), batches, _WORKERS, _WINDOW))
        features, maps = (np.concatenate([part[name] for part in read]) for name in ("features", "maps"))
        return TrunkOutputs(features, maps, targets)
