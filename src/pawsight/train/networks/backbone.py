"""Networks of `keras.applications` as trunks, with the pixel arithmetic that their weights want inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from pawsight.errors import BadData

# What `preprocess_input` of each does, by the beginning of its name; all others have it inside already.
_FROM_MINUS_ONE = ("Inception", "MobileNetV2", "NASNet", "Xception")
_IMAGENET_MEAN, _IMAGENET_SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_BLUE_GREEN_RED = (103.939, 116.779, 123.68)


class Backbone:
    """One of them, as `pawsight.train.networks` wants a trunk.

    Args:
        name: as in `keras.applications`.
        size: side of the photos; these networks are built for one.
    """

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size = name, size

    def build(self, size: int | None) -> keras.Model:
        """The trunk, untrained: `(N, S, S, 3)` uint8 RGB, 0..255, to the last feature maps."""
        pixels = keras.Input((self.size, self.size, 3), dtype="uint8", name="pixels")
        inner = self._application(weights=None, input_tensor=prepare(layers.Rescaling(1.0)(pixels), self.name))
        return keras.Model(pixels, inner.output, name=self.name)

    def load_imagenet(self, trunk: keras.Model, weights: Path | None = None) -> None:
        """Fill the trunk with its ImageNet weights.

        Args:
            trunk: as `build` makes it.
            weights: a Keras weights file of this network without its top; downloaded by Keras where None.

        Raises:
            BadData: the file cannot be had, or is not one of this network.
        """
        try:
            published = self._application(
                weights=str(weights) if weights else "imagenet", input_shape=(self.size, self.size, 3)
            )
        except Exception as error:  # what h5py, Keras and the download raise shares no base but Exception
            raise BadData(
                f"Expected {self.name}'s ImageNet weights, but they cannot be loaded "
                f"({' '.join(str(error).split())[:200]}).",
                "Give a file with --weights, train where Keras can download it, or start from nothing: --weights none.",
            ) from error
        for ours, theirs in zip(_weighted(trunk), _weighted(published), strict=True):
            ours.set_weights(theirs.get_weights())

    def _application(self, **given: Any) -> keras.Model:
        return getattr(keras.applications, self.name)(include_top=False, **given)


def _weighted(model: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in model.layers if layer.weights]


def prepare(pixels: Any, name: str) -> Any:
    """Apply the `preprocess_input` of a network to `(N, S, S, 3)` float32 RGB, 0..255."""
    if name.startswith("DenseNet"):
        scale = [1 / (255 * spread) for spread in _IMAGENET_SPREAD]
        offset = [-mean / spread for mean, spread in zip(_IMAGENET_MEAN, _IMAGENET_SPREAD, strict=True)]
        return layers.Rescaling(scale, offset)(pixels)
    if name.startswith(_FROM_MINUS_ONE) or name == "MobileNet" or name.endswith(("50V2", "101V2", "152V2")):
        return layers.Rescaling(1 / 127.5, offset=-1)(pixels)
    if name.startswith(("ResNet", "VGG")):
        return layers.Rescaling(1.0, offset=[-mean for mean in _BLUE_GREEN_RED])(ops.flip(pixels, axis=-1))
    return pixels


def stage(trunk: keras.Model, share: float) -> str:
    """Choose from which layer on a trunk learns.

    Only where a single tensor leads on can it be cut in two, so the nearest such place to the share is taken.

    Args:
        share: of the layers that learn, counted from the end, 0..1.

    Returns:
        Name of the first of them; empty where all learn.
    """
    steps = trunk.operations
    place = {id(step.output): number for number, step in enumerate(steps)}
    reach = [0] * len(steps)  # the last step that uses each one's output
    for number, step in enumerate(steps):
        for tensor in [] if number == 0 else _list(step.input):
            reach[place[id(tensor)]] = number
    cuts, furthest = [], 0  # furthest: the last step that uses an output of those before the one before
    for number, step in enumerate(steps):
        if number > 1 and furthest < number and isinstance(step, layers.Layer):
            cuts.append(number)
        furthest = max(furthest, reach[number - 1] if number else 0)
    wanted = round((1 - share) * len(steps))
    if not cuts or wanted < cuts[0]:
        return ""
    name: str = steps[min(cuts, key=lambda cut: abs(cut - wanted))].name
    return name


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
