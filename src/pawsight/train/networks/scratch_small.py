"""The class-room CNN's trunk: two blocks of convolution and pooling."""

from __future__ import annotations

import keras
from keras import layers


def build(size: int | None) -> keras.Model:
    """The trunk, untrained.

    Returns:
        A model from `(N, size, size, 3)` uint8 RGB, 0..255, to `(N, size / 4, size / 4, 64)` float32, 0 and up.
    """
    inputs = keras.Input((size, size, 3), dtype="uint8", name="pixels")
    x = layers.Rescaling(1 / 255, name="rescale")(inputs)
    for number, channels in enumerate((32, 64), start=1):
        x = layers.Conv2D(channels, 3, padding="same", activation="relu", name=f"block{number}_conv")(x)
        x = layers.MaxPooling2D(name=f"block{number}_pool")(x)
    return keras.Model(inputs, x, name="scratch_small")
