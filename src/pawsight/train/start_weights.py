"""Begin a training with the weights of a finished model of the same network, in place of random or ImageNet ones.

Model folders hold graphs, mostly in int8, with batch normalization folded into the convolutions. Their weights are
multiplied out, and batch normalization is set to pass them on.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from pawsight import zoo
from pawsight.errors import BadModel
from pawsight.model.card import GRAPH
from pawsight.train.onnx_to_keras import onnx_to_keras

_CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D)
_BLOCK, _KERNEL = 2, 3  # side of the blocks that `fold_input` makes, and of the kernel that it makes them for

Kernel = npt.NDArray[np.float32]


def load_weights(trunk: keras.Model, head: keras.layers.Layer, model: str) -> None:
    """Fill trunk and head with the weights of a model.

    Args:
        trunk, head: of a network, as `pawsight.train.networks` builds them.
        model: a model folder, or the name of a shipped model.

    Raises:
        ModelNotFound: there is no such model.
        BadModel: it is one of another network.
    """
    given = _convolutions(onnx_to_keras((zoo.find(model) / GRAPH).read_bytes()))
    wanted = [*_convolutions(trunk), head]
    kernels = [_unfold(layer.get_weights()[0], ours.kernel.shape) for layer, ours in zip(given, wanted, strict=False)]
    if len(given) != len(wanted) or any(
        kernel.shape != tuple(ours.kernel.shape) for kernel, ours in zip(kernels, wanted, strict=True)
    ):
        raise BadModel(
            f"The weights of {model} do not fit the network {trunk.name}.",
            "Start from a model that was trained by the same recipe.",
        )
    for layer, ours, kernel in zip(given, wanted, kernels, strict=True):
        _set(trunk, ours, kernel, layer.get_weights()[1])


def _convolutions(model: keras.Model) -> list[Any]:
    return [layer for layer in model.layers if isinstance(layer, _CONVOLUTIONS)]


def _unfold(kernel: Kernel, shape: tuple[int, ...]) -> Kernel:
    """Undo what `fold_input` does to a first kernel: `(2, 2, 12, O)` -> `(3, 3, 3, O)`; others stay as they are."""
    colors, count = shape[2], shape[-1]
    if shape[:2] != (_KERNEL, _KERNEL) or kernel.shape != (_BLOCK, _BLOCK, _BLOCK**2 * colors, count):
        return kernel
    taps = kernel.reshape(_BLOCK, _BLOCK, _BLOCK, colors, _BLOCK, count)  # Y, X, column, color, row, O
    return taps.transpose(0, 4, 1, 2, 3, 5).reshape(2 * _BLOCK, 2 * _BLOCK, colors, count)[:_KERNEL, :_KERNEL]


def _set(trunk: keras.Model, layer: Any, kernel: Kernel, bias: Kernel) -> None:
    if layer.use_bias:
        layer.set_weights([kernel, bias])
        return
    layer.set_weights([kernel])
    norm = trunk.get_layer(f"{layer.name.removesuffix('conv')}bn")
    ones, zeros = np.ones_like(bias), np.zeros_like(bias)
    norm.set_weights([ones, bias, zeros, ones - norm.epsilon])
