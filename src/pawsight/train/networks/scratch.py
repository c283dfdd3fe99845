"""Our own network's trunk: a small residual net of dense 3x3 convolutions.

After He et al., Deep Residual Learning (arXiv 1512.03385), made slim. Dense convolutions rather than depthwise ones: in
training, a processor does four times as many of their multiplications a second, and its time is scarce.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

# One row a stage: stride, residual blocks, channels out.
STAGES = ((1, 1, 64), (2, 1, 128), (2, 2, 256))
STEM = 32
BN_MOMENTUM = 0.9  # so that statistics follow when the photos' size changes


def build(size: int | None) -> keras.Model:
    """The trunk, untrained: 3.1 million parameters, 0.36 billion multiply-adds at 128 pixels.

    Returns:
        A model from `(N, size, size, 3)` uint8 RGB, 0..255, to `(N, size / 16, size / 16, 256)` float32, 0 and up.
    """
    inputs = keras.Input((size, size, 3), dtype="uint8", name="pixels")
    x = layers.Rescaling(1 / 64, offset=-2, name="rescale")(inputs)
    x = layers.MaxPooling2D(name="stem_pool")(_conv(x, STEM, 2, "stem"))
    for number, (stride, blocks, channels) in enumerate(STAGES, start=1):
        x = _conv(x, channels, stride, f"stage{number}")
        for block in range(1, blocks + 1):
            x = _residual(x, channels, f"stage{number}_block{block}")
    return keras.Model(inputs, x, name="scratch")


def _conv(x: Any, channels: int, stride: int, name: str) -> Any:
    x = layers.Conv2D(channels, 3, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    x = layers.BatchNormalization(momentum=BN_MOMENTUM, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _residual(x: Any, channels: int, name: str) -> Any:
    changed = _conv(_conv(x, channels, 1, f"{name}_a"), channels, 1, f"{name}_b")
    return layers.Add(name=f"{name}_add")([x, changed])
