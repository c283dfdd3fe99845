"""ONNX -> Keras: the network of a model folder that holds no other form of it.

Shipped models and those of `pawsight learn` are ONNX graphs alone, mostly in int8. Weights are multiplied out again and
activations stay in float, with the clipping that int8 put in the place of ReLU. From Keras, all other formats can be
made. The result consists of Keras' own layers only, so that it loads without Pawsight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import onnx
from keras import layers, ops
from onnx import helper, numpy_helper

from pawsight.errors import BadModel
from pawsight.runtime import IMAGENET, INPUT, OUTPUTS

Attributes = dict[str, Any]


@dataclass(frozen=True)
class Value:
    """A tensor of the graph while it is rebuilt.

    Attributes:
        tensor: Keras' symbolic tensor, or a NumPy array where it is a constant.
        moved: whether its axes stand as (N, H, W, C), as Keras wants them, where the graph means (N, C, H, W).
    """

    tensor: Any
    moved: bool = False

    @property
    def constant(self) -> bool:
        return isinstance(self.tensor, np.ndarray)


Rebuild = Callable[[Attributes, list[Value]], Value]


def onnx_to_keras(graph: bytes) -> keras.Model:
    """Make a Keras network that computes what an ONNX graph computes, in float32.

    Args:
        graph: the content of a graph with our input and outputs, as `pawsight train` and `pawsight learn` write it.

    Returns:
        From `pixels` `(N, S, S, 3)` uint8 to `scores`, `features` and `maps`.

    Raises:
        BadModel: the graph holds a kind of node that those do not write.
    """
    proto = onnx.load_from_string(graph).graph
    shape = [axis.dim_value for axis in proto.input[0].type.tensor_type.shape.dim[1:]]
    pixels = keras.Input(shape, dtype="uint8", name=INPUT)
    values = {INPUT: Value(pixels)}
    values |= {tensor.name: Value(numpy_helper.to_array(tensor)) for tensor in proto.initializer}
    for node in proto.node:
        values[node.output[0]] = _node(node, [values[name] for name in node.input if name])
    given = [name for name in (*OUTPUTS, IMAGENET) if name in values]
    outputs = {name: layers.Identity(name=name)(_plain(values[name])) for name in given}
    return keras.Model(pixels, outputs)


def _node(node: onnx.NodeProto, inputs: list[Value]) -> Value:
    if node.op_type not in _REBUILD:
        raise BadModel(
            f"Expected nodes out of {', '.join(sorted(_REBUILD))}, but the graph has a node {node.op_type}.",
            "Export from the folder that `pawsight train` wrote: it holds model.keras.",
        )
    attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    return _REBUILD[node.op_type](attributes, inputs)


def _plain(value: Value) -> Any:
    """The tensor with its axes as the graph means them."""
    return ops.transpose(value.tensor, (0, 3, 1, 2)) if value.moved else value.tensor


def _moved(value: Value) -> Any:
    """The tensor with its channels at the end."""
    return value.tensor if value.moved else ops.transpose(value.tensor, (0, 2, 3, 1))


def _elementwise(compute: Callable[..., Any]) -> Rebuild:
    """A node that looks at each number alone: axes stay as they are."""

    def run(attributes: Attributes, inputs: list[Value]) -> Value:
        if any(value.moved for value in inputs):
            return Value(compute(*(_beside_moved(value) for value in inputs)), moved=True)
        return Value(compute(*(value.tensor for value in inputs)))

    return run


def _beside_moved(value: Value) -> Any:
    if value.constant:
        return np.moveaxis(value.tensor, -3, -1) if value.tensor.ndim >= 3 else value.tensor
    return _moved(value)


def _cast(attributes: Attributes, inputs: list[Value]) -> Value:
    return Value(ops.cast(inputs[0].tensor, "float32"), inputs[0].moved)


def _transpose(attributes: Attributes, inputs: list[Value]) -> Value:
    order = tuple(attributes["perm"])
    if order == (0, 2, 3, 1):
        return Value(_moved(inputs[0]))
    if order == (0, 3, 1, 2) and not inputs[0].moved:
        return Value(inputs[0].tensor, moved=True)
    return Value(ops.transpose(_plain(inputs[0]), order))


def _quantise(attributes: Attributes, inputs: list[Value]) -> Value:
    """Only the clipping of unsigned numbers is left: int8 graphs have no ReLU of their own any more."""
    value, scale, zero = inputs
    if zero.tensor.dtype != np.uint8 or zero.tensor != 0:
        return value
    return Value(ops.clip(value.tensor, 0.0, float(255 * scale.tensor)), value.moved)


def _dequantise(attributes: Attributes, inputs: list[Value]) -> Value:
    value, scale, *zero = inputs
    if not value.constant and value.tensor.dtype == "uint8":  # the pixels: all else has stayed in float
        whole = ops.cast(value.tensor, "float32") - float(zero[0].tensor)
        return Value(whole * float(scale.tensor), value.moved)
    if not value.constant:
        return value
    whole = (
        value.tensor.astype(np.int32) - _along(zero[0].tensor.astype(np.int32), value, attributes)
        if zero
        else value.tensor
    )
    return Value((whole * _along(scale.tensor, value, attributes)).astype(np.float32))


def _along(numbers: Any, value: Value, attributes: Attributes) -> Any:
    """Numbers of each channel, shaped to stand along their axis."""
    if np.ndim(numbers) == 0:
        return numbers
    shape = [1] * value.tensor.ndim
    shape[attributes.get("axis", 1)] = -1
    return numbers.reshape(shape)


def _convolve(attributes: Attributes, inputs: list[Value]) -> Value:
    x, kernel = _moved(inputs[0]), inputs[1].tensor
    bias = [inputs[2].tensor] if len(inputs) > 2 else []
    groups, strides = attributes.get("group", 1), tuple(attributes.get("strides", (1, 1)))
    x, padding = _pad(x, kernel.shape[2:], strides, attributes)
    given: Attributes = {"strides": strides, "padding": padding, "use_bias": bool(bias)}
    if groups > 1 and kernel.shape[1] == 1 and kernel.shape[0] == groups:
        layer, kernel = layers.DepthwiseConv2D(kernel.shape[2:], **given), kernel.transpose(2, 3, 0, 1)
    else:
        layer = layers.Conv2D(kernel.shape[0], kernel.shape[2:], groups=groups, **given)
        kernel = kernel.transpose(2, 3, 1, 0)
    x = layer(x)
    layer.set_weights([kernel, *bias])
    return Value(x, moved=True)


def _pad(x: Any, kernel: Any, strides: tuple[int, ...], attributes: Attributes) -> tuple[Any, str]:
    """Padding in Keras' words: `valid`, `same` where TensorFlow's rule gives these numbers, else zeros put there."""
    top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
    if attributes.get("auto_pad") == b"SAME_UPPER":
        return x, "same"
    if not any((top, left, bottom, right)):
        return x, "valid"
    if ((top, bottom), (left, right)) == tuple(map(_same, x.shape[1:3], kernel, strides)):
        return x, "same"
    return layers.ZeroPadding2D(((top, bottom), (left, right)))(x), "valid"


def _same(side: int, kernel: int, stride: int) -> tuple[int, int]:
    missing = max(0, (-(-side // stride) - 1) * stride + kernel - side)
    return missing // 2, missing - missing // 2


def _pool(layer: Any) -> Rebuild:
    def run(attributes: Attributes, inputs: list[Value]) -> Value:
        kernel, strides = tuple(attributes["kernel_shape"]), tuple(attributes.get("strides", (1, 1)))
        x, padding = _pad(_moved(inputs[0]), kernel, strides, attributes)
        return Value(layer(kernel, strides=strides, padding=padding)(x), moved=True)

    return run


def _pool_all(attributes: Attributes, inputs: list[Value]) -> Value:
    return Value(ops.mean(_moved(inputs[0]), axis=(1, 2), keepdims=True), moved=True)


def _largest_of_all(attributes: Attributes, inputs: list[Value]) -> Value:
    x = _plain(inputs[0])
    return Value(ops.max(x, axis=tuple(range(2, len(x.shape))), keepdims=True))


def _mean(attributes: Attributes, inputs: list[Value]) -> Value:
    return Value(
        ops.mean(_plain(inputs[0]), axis=_axes(attributes, inputs), keepdims=bool(attributes.get("keepdims", 1)))
    )


def _sum(attributes: Attributes, inputs: list[Value]) -> Value:
    kept = bool(attributes.get("keepdims", 1))
    return Value(ops.sum(_plain(inputs[0]), axis=_axes(attributes, inputs), keepdims=kept))


def _squeeze(attributes: Attributes, inputs: list[Value]) -> Value:
    return Value(ops.squeeze(_plain(inputs[0]), axis=_axes(attributes, inputs)))


def _axes(attributes: Attributes, inputs: list[Value]) -> tuple[int, ...]:
    return tuple(int(axis) for axis in (inputs[1].tensor if len(inputs) > 1 else attributes["axes"]))


def _reshape(attributes: Attributes, inputs: list[Value]) -> Value:
    return Value(ops.reshape(_plain(inputs[0]), tuple(int(side) for side in inputs[1].tensor)))


def _slice(attributes: Attributes, inputs: list[Value]) -> Value:
    data, starts, ends, axes = (value.tensor for value in inputs[:4])
    taken = [slice(None)] * len(data.shape)
    for start, end, axis in zip(starts.tolist(), ends.tolist(), axes.tolist(), strict=True):
        taken[axis] = slice(start, end)
    return Value(data[tuple(taken)])


def _multiply_matrix(attributes: Attributes, inputs: list[Value]) -> Value:
    x, kernel = _plain(inputs[0]), inputs[1].tensor
    kernel = kernel.T if attributes.get("transB") else kernel
    bias = [inputs[2].tensor] if len(inputs) > 2 else []
    layer = layers.Dense(kernel.shape[1], use_bias=bool(bias))
    x = layer(x)
    layer.set_weights([kernel, *bias])
    return Value(x)


def _clip(attributes: Attributes, inputs: list[Value]) -> Value:
    low, high = (float(value.tensor) for value in inputs[1:3])
    return Value(ops.clip(inputs[0].tensor, low, high), inputs[0].moved)


def _softmax(attributes: Attributes, inputs: list[Value]) -> Value:
    return Value(ops.softmax(_plain(inputs[0]), axis=attributes.get("axis", -1)))


_REBUILD: dict[str, Rebuild] = {
    "Add": _elementwise(ops.add),
    "AveragePool": _pool(layers.AveragePooling2D),
    "Cast": _cast,
    "Clip": _clip,
    "Conv": _convolve,
    "DequantizeLinear": _dequantise,
    "Div": _elementwise(ops.divide),
    "Gemm": _multiply_matrix,
    "GlobalAveragePool": _pool_all,
    "GlobalMaxPool": _largest_of_all,
    "Identity": _elementwise(lambda x: x),
    "Log": _elementwise(ops.log),
    "MatMul": _multiply_matrix,
    "Max": _elementwise(ops.maximum),
    "MaxPool": _pool(layers.MaxPooling2D),
    "Min": _elementwise(ops.minimum),
    "Mul": _elementwise(ops.multiply),
    "QuantizeLinear": _quantise,
    "ReduceMean": _mean,
    "ReduceSum": _sum,
    "Relu": _elementwise(ops.relu),
    "Reshape": _reshape,
    "Sigmoid": _elementwise(ops.sigmoid),
    "Slice": _slice,
    "Sqrt": _elementwise(ops.sqrt),
    "Softmax": _softmax,
    "Squeeze": _squeeze,
    "Sub": _elementwise(ops.subtract),
    "Transpose": _transpose,
}
