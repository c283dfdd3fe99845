"""A trunk for places where a quarter of a megabyte is much.

Few channels and dense convolutions where photos are still large, then inverted residuals (Sandler et al., MobileNetV2,
arXiv 1801.04381) where they are small: parameters are what is scarce here.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

# One row a block: kernel, stride, channels inside, channels out.
BLOCKS = ((3, 2, 128, 48), (3, 1, 160, 48), (3, 1, 160, 48), (5, 2, 192, 80), *[(5, 1, 240, 80)] * 2)
FEATURES = 192
BN_MOMENTUM = 0.9


def build(size: int | None) -> keras.Model:
    """The trunk, untrained: 0.19 million parameters, 0.02 billion multiply-adds at 128 pixels.

    Returns:
        A model from `(N, size, size, 3)` uint8 RGB, 0..255, to `(N, size / 16, size / 16, 192)` float32, 0..6.
    """
    inputs = keras.Input((size, size, 3), dtype="uint8", name="pixels")
    x = layers.Rescaling(1 / 64, offset=-2, name="rescale")(inputs)
    x = _conv(x, 16, 3, 2, "stem")
    x = _conv(x, 32, 3, 2, "stage1")
    for number, (kernel, stride, inside, channels) in enumerate(BLOCKS, start=2):
        x = _inverted_residual(x, kernel, stride, inside, channels, f"stage{number}")
    return keras.Model(inputs, _conv(x, FEATURES, 1, 1, "top"), name="tiny")


def _conv(x: Any, channels: int, kernel: int, stride: int, name: str) -> Any:
    x = layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(_norm(x, name))


def _norm(x: Any, name: str) -> Any:
    return layers.BatchNormalization(momentum=BN_MOMENTUM, name=f"{name}_bn")(x)


def _inverted_residual(x: Any, kernel: int, stride: int, inside: int, channels: int, name: str) -> Any:
    shortcut = x
    x = _conv(x, inside, 1, 1, f"{name}_expand")
    x = layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv")(x)
    x = layers.ReLU(6.0, name=f"{name}_depthwise_relu")(_norm(x, f"{name}_depthwise"))
    x = _norm(layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project_conv")(x), f"{name}_project")
    return layers.Add(name=f"{name}_add")([shortcut, x]) if stride == 1 else x
