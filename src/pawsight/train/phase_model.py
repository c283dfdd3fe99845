"""What is trained in a phase: a model, and how it is shown photos.

Where only the last stages learn, the stages before them run once a photo as a frozen graph, and the model trained
begins behind them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pawsight.data import Dataset
from pawsight.recipes import Phase, Recipe
from pawsight.train.distill import IMAGENET_CLASSES
from pawsight.train.frozen_trunk import FrozenTrunk
from pawsight.train.loader import PhotoLoader, Show
from pawsight.train.networks import Network, lite0
from pawsight.train.preflight import training_indices
from pawsight.train.quantise import PHOTOS
from pawsight.types import Floats, Pixels

LOGITS, IMAGENET = "logits", "imagenet"
Targets = Callable[[Floats], dict[str, Floats]]


@dataclass(frozen=True)
class PhaseModel:
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
        answers: dict[str, Floats] = self.reader.predict(PhotoLoader(data, indices, recipe, show=self.show), verbose=0)
        return answers


def make_phase_model(network: Network, data: Dataset, recipe: Recipe, phase: Phase, folder: Path) -> PhaseModel:
    """The model in training of a phase; frozen graphs are kept in `folder`."""
    outputs = {LOGITS: network.logits.output}
    read = outputs | {"features": network.features}
    targets = partial(_targets, classes=network.head.weights[-1].shape[0], taught=_taught(recipe))
    if _taught(recipe):
        outputs[IMAGENET] = keras.layers.Dense(IMAGENET_CLASSES, name="taught")(network.features)
    if not phase.learn_from:
        pixels = network.trunk.input
        return PhaseModel(keras.Model(pixels, outputs), keras.Model(pixels, read), partial(_show, targets=targets))
    cut = network.cut(phase.learn_from)
    tensors = {"cut": cut}
    if recipe.keep_imagenet and not recipe.teacher:
        head = lite0.imagenet_head()
        head.trainable = False
        outputs[IMAGENET] = tensors[IMAGENET] = head(network.features)
    show = _FrozenFeed(network, tensors, data, recipe, folder / f"frozen-{phase.learn_from}", targets)
    return PhaseModel(keras.Model(cut, outputs), keras.Model(cut, read), show)


def _taught(recipe: Recipe) -> bool:
    """Return whether a teacher's ImageNet head is learned from."""
    return bool(recipe.teacher and recipe.keep_imagenet)


def _targets(wanted: Floats, classes: int, taught: bool) -> dict[str, Floats]:
    """Split scores `(N, C)` from a teacher's ImageNet probabilities, where these follow; validation has none."""
    targets = {LOGITS: wanted[:, :classes].astype(np.float32)}
    if taught:
        shares = wanted[:, classes:].astype(np.float32)
        # Of two photos in one picture, each class has the larger probability: the sum is scaled back to 1.
        known = shares / shares.sum(axis=1, keepdims=True) if shares.shape[1] else None
        targets[IMAGENET] = np.zeros((len(wanted), IMAGENET_CLASSES), np.float32) if known is None else known
    return targets


def _show(pixels: Pixels, wanted: Floats, targets: Targets) -> tuple[Any, Any]:
    return pixels, targets(wanted)


class _FrozenFeed:
    """Shows photos through the frozen stages, one graph for each size of photos."""

    def __init__(
        self, network: Network, tensors: dict[str, Any], data: Dataset, recipe: Recipe, path: Path, targets: Targets
    ) -> None:
        self._targets = targets
        self._network, self._tensors, self._data, self._recipe, self._path = network, tensors, data, recipe, path
        self._graphs: dict[int, FrozenTrunk] = {}
        for size in {recipe.size, *(side for phase in recipe.phases for _, side in phase.sizes)}:
            self._graphs[size] = self._graph(size)

    def _graph(self, size: int) -> FrozenTrunk:
        sample = sample_photos(self._data, self._recipe, size)
        path = self._path.with_name(f"{self._path.name}-{size}.onnx")
        return FrozenTrunk(self._network.trunk, self._tensors, sample, path, self._recipe.quantise)

    def __call__(self, pixels: Pixels, wanted: Floats) -> tuple[Any, Any]:
        seen = self._graphs[pixels.shape[1]](pixels)
        targets = self._targets(wanted)
        if IMAGENET in seen:
            targets[IMAGENET] = _softmax(seen[IMAGENET])
        return seen["cut"], targets


def sample_photos(data: Dataset, recipe: Recipe, size: int) -> Pixels:
    """Return training photos as they are, for calibrating int8: `(N, size, size, 3)` uint8.

    They are taken evenly from all, so that each class, and photos of neither, have their share.
    """
    indices = np.sort(training_indices(data, recipe))
    chosen = np.unique(np.linspace(0, len(indices) - 1, min(PHOTOS, len(indices))).astype(int))
    feed = PhotoLoader(data, indices[chosen], recipe, size=size)
    return np.concatenate([feed.pixels(number) for number in range(len(feed))])


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)
