"""What is trained in a phase: a model, and how it is shown photos.

Where only the last stages learn, the stages before them run once a photo as a frozen graph, and the model trained
begins behind them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pawsight.data import Dataset
from pawsight.recipes import Phase, Recipe
from pawsight.train.feed import Feed, Show, training_indices
from pawsight.train.frozen import Frozen
from pawsight.train.networks import Network, lite0
from pawsight.train.quantise import PHOTOS
from pawsight.types import Floats, Pixels

LOGITS, IMAGENET = "logits", "imagenet"


@dataclass(frozen=True)
class Student:
    """A model under training.

    Attributes:
        model: what is trained; outputs `logits (N, C)`, and `imagenet (N, 1000)` where these are to be kept.
        reader: the same input -> `logits (N, C)` and `features (N, D)`.
        show: turns pixels and targets into the model's input and what its outputs are compared with.
    """

    model: keras.Model
    reader: keras.Model
    show: Show

    def read(self, data: Dataset, indices: Any, recipe: Recipe) -> dict[str, Floats]:
        """Logits and features of photos as they are, in their order."""
        answers: dict[str, Floats] = self.reader.predict(Feed(data, indices, recipe, show=self.show), verbose=0)
        return answers


def make_student(network: Network, data: Dataset, recipe: Recipe, phase: Phase, folder: Path) -> Student:
    """The student of a phase; frozen graphs are kept in `folder`."""
    outputs = {LOGITS: network.logits.output}
    read = outputs | {"features": network.features}
    if not phase.learn_from:
        return Student(keras.Model(network.trunk.input, outputs), keras.Model(network.trunk.input, read), _show_pixels)
    cut = network.cut(phase.learn_from)
    tensors = {"cut": cut}
    if recipe.keep_imagenet:
        head = lite0.imagenet_head()
        head.trainable = False
        outputs[IMAGENET] = tensors[IMAGENET] = head(network.features)
    show = _Behind(network, tensors, data, recipe, folder / f"frozen-{phase.learn_from}")
    return Student(keras.Model(cut, outputs), keras.Model(cut, read), show)


def _show_pixels(pixels: Pixels, targets: Floats) -> tuple[Any, Any]:
    return pixels, {LOGITS: targets}


class _Behind:
    """Shows photos through the frozen stages, one graph for each size of photos."""

    def __init__(self, network: Network, tensors: dict[str, Any], data: Dataset, recipe: Recipe, path: Path) -> None:
        self._network, self._tensors, self._data, self._recipe, self._path = network, tensors, data, recipe, path
        self._graphs: dict[int, Frozen] = {}
        for size in {recipe.size, *(side for phase in recipe.phases for _, side in phase.sizes)}:
            self._graphs[size] = self._graph(size)

    def _graph(self, size: int) -> Frozen:
        sample = sample_photos(self._data, self._recipe, size)
        path = self._path.with_name(f"{self._path.name}-{size}.onnx")
        return Frozen(self._network.trunk, self._tensors, sample, path, self._recipe.quantise)

    def __call__(self, pixels: Pixels, targets: Floats) -> tuple[Any, Any]:
        seen = self._graphs[pixels.shape[1]](pixels)
        wanted = {LOGITS: targets}
        if IMAGENET in seen:
            wanted[IMAGENET] = _softmax(seen[IMAGENET])
        return seen["cut"], wanted


def sample_photos(data: Dataset, recipe: Recipe, size: int) -> Pixels:
    """Some training photos as they are, for calibrating int8: `(N, size, size, 3)` uint8."""
    feed = Feed(data, np.sort(training_indices(data, recipe)[:PHOTOS]), recipe, size=size)
    return np.concatenate([feed.pixels(number) for number in range(len(feed))])


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)
