"""The end of every network here: a linear layer at each place, and the mean over places.

    trunk (N, h, w, D) -> maps (N, h, w, C) -> mean -> logits (N, C)

For a pooled head this equals pooling first, and for a flattened one it equals flattening first; but this way round the
class activation maps are there without a second pass.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("pawsight")
class PlaceDense(layers.Layer):
    """A flattened dense layer, kept apart by place: each place has weights of its own.

    Input shape:
        `(N, h, w, D)`
    Output shape:
        `(N, h, w, units)`; its mean over places is what flattening and one dense layer would give.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: tuple[int | None, int, int, int]) -> None:
        _, height, width, channels = input_shape
        self.places = height * width
        flat = keras.initializers.RandomNormal(stddev=(self.places * channels) ** -0.5)
        self.kernel = self.add_weight(shape=(height, width, channels, self.units), initializer=flat, name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        return self.places * ops.einsum("nhwd,hwdc->nhwc", inputs, self.kernel) + self.bias

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


def make_head(kind: str, classes: int) -> keras.layers.Layer:
    """The linear layer, untrained: `(N, h, w, D)` -> `(N, h, w, classes)`."""
    if kind == "flatten":
        return PlaceDense(classes, name="head")
    return layers.Conv2D(classes, 1, name="head")
