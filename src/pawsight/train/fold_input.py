"""Fold what an int8 graph does to pixels before its first convolution, without changing one bit of its scores.

Networks scale their pixels themselves: cast, multiply, add, quantize. Where the int8 code that comes out of this is the
pixel itself, these steps compute nothing, and one `DequantizeLinear` with the same scale and zero point says the same.

A 3x3 convolution with stride 2 on three channels uses a vector unit badly. On blocks of 2x2 pixels (space to depth) it
is a 2x2 convolution with stride 1 on twelve channels, with zeros for the taps that it did not have. The integer sums
are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper
from onnx.shape_inference import infer_shapes
from onnx.utils import Extractor

from pawsight.runtime import INPUT
from pawsight.runtime.onnx import open_graph
from pawsight.types import Pixels

CHANNELS = 3
_VALUES = 256
# Operators that treat every pixel alike, and those that only move pixels.
_POINTWISE = {"Add", "Cast", "Clip", "DequantizeLinear", "Div", "Identity", "Mul", "QuantizeLinear", "Sub", "Transpose"}
_TO_CHANNELS_FIRST = (0, 3, 1, 2)


def fold_input(model: onnx.ModelProto) -> bool:
    """Replace the steps from the pixels to the first convolution by their shortest equal.

    Args:
        model: an int8 graph (QDQ) from pixels `(N, S, S, 3)` uint8. It is changed in place; one of another form stays.

    Returns:
        Whether it was changed.
    """
    steps = list(_steps(model))
    if [node.op_type for node in steps[-2:]] != ["QuantizeLinear", "DequantizeLinear"]:
        return False
    if not _returns_pixels(model, steps[-2].output[0]):
        return False
    makers = {name: node for node in model.graph.node for name in node.output}
    dequantize = steps[-1]
    convolution = next(node for node in model.graph.node if dequantize.output[0] in node.input)
    for node in steps:
        model.graph.node.remove(node)
    size = _size(model)
    weights = _halvable(model, convolution, makers.get(convolution.input[1]), size)
    if weights is None:
        before = [helper.make_node("Transpose", [INPUT], ["input/pixels"], perm=_TO_CHANNELS_FIRST)]
    else:
        before = _space_to_depth(model, convolution, makers[convolution.input[1]], weights, size)
    dequantize.input[0] = before[-1].output[0]
    for place, node in enumerate((*before, dequantize)):
        model.graph.node.insert(place, node)
    _drop_unused(model.graph)
    onnx.checker.check_model(model)
    return True


def input_scale(model: onnx.ModelProto) -> tuple[list[str], tuple[str, float, int] | None]:
    """Find the scale and zero point with which the first convolution's int8 input would be the pixels themselves.

    Args:
        model: a float32 graph.

    Returns:
        Names of the nodes before the convolution, which need not be quantized; and the tensor's name, scale and zero
        point, where what these nodes compute is `scale * (pixel - zero point)` with a whole zero point of 0..255.
    """
    steps = list(_steps(model))
    names = [node.name for node in steps]
    if not steps:
        return names, None
    tensor = steps[-1].output[0]
    values = _compute(model, tensor)
    if values is None:
        return names, None
    pixels = _every_value(_size(model)).transpose(_TO_CHANNELS_FIRST).astype(np.float64)
    low, high = (float(values[pixels == end].mean()) for end in (0, _VALUES - 1))
    scale = (high - low) / (_VALUES - 1)
    zero = round(-low / scale) if scale > 0 else -1
    if not 0 <= zero < _VALUES or np.abs(scale * (pixels - zero) - values).max() > scale / 100:
        return names, None
    return names, (tensor, scale, zero)


def _steps(model: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    """The nodes between the pixels and the first convolution; none where they branch or are not all pointwise."""
    steps: list[onnx.NodeProto] = []
    node = _reader(model, INPUT)
    while node is not None and node.op_type in _POINTWISE:
        steps.append(node)
        node = _reader(model, node.output[0])
    if node is not None and node.op_type == "Conv" and _same_everywhere(model, steps):
        yield from steps


def _reader(model: onnx.ModelProto, name: str) -> onnx.NodeProto | None:
    """The only node that reads a tensor, as its first input."""
    readers = [node for node in model.graph.node if name in node.input]
    read = [name in (output.name for output in model.graph.output), len(readers) != 1]
    return None if any(read) or readers[0].input[0] != name else readers[0]


def _same_everywhere(model: onnx.ModelProto, steps: list[onnx.NodeProto]) -> bool:
    """Return whether constants of these nodes are one number, or one for each channel."""
    shapes = {tensor.name: int(np.prod(tensor.dims)) for tensor in model.graph.initializer}
    names = {name for node in steps for name in node.input[1:]}
    made = {node.output[0]: node.input for node in model.graph.node}
    names |= {source for name in names for source in made.get(name, ())}
    return all(shapes.get(name, 1) in (1, CHANNELS) for name in names)


def _size(model: onnx.ModelProto) -> int:
    """Side of the photos that a graph takes; 0 where it takes any."""
    return int(model.graph.input[0].type.tensor_type.shape.dim[1].dim_value)


def _every_value(size: int) -> Pixels:
    """A picture `(1, size, size, 3)` with every value in every channel."""
    values = np.arange(size * size * CHANNELS, dtype=np.int64).reshape(CHANNELS, size, size)
    return (values % _VALUES).astype(np.uint8).transpose(1, 2, 0)[None]


def _compute(model: onnx.ModelProto, tensor: str) -> npt.NDArray[Any] | None:
    """A tensor for the picture of every value; None where the graph's photos are too small to hold all values."""
    size = _size(model)
    if size * size < _VALUES:
        return None
    part = Extractor(infer_shapes(model)).extract_model([INPUT], [tensor])
    return np.asarray(open_graph(part.SerializeToString(), 1).run([tensor], {INPUT: _every_value(size)})[0])


def _returns_pixels(model: onnx.ModelProto, tensor: str) -> bool:
    """Return whether a tensor is the pixels, channels first: all 256 values are tried in each channel."""
    values = _compute(model, tensor)
    return values is not None and np.array_equal(values, _every_value(_size(model)).transpose(_TO_CHANNELS_FIRST))


def _halvable(
    model: onnx.ModelProto, convolution: onnx.NodeProto, dequantize: onnx.NodeProto | None, size: int
) -> npt.NDArray[np.int8] | None:
    """The int8 weights `(O, 3, 3, 3)` of a convolution that space to depth helps; None for one of another form."""
    given = {attribute.name: helper.get_attribute_value(attribute) for attribute in convolution.attribute}
    padded = given.get("auto_pad") == b"SAME_UPPER" or given.get("pads") == [0, 0, 1, 1]
    if not padded or given.get("strides") != [2, 2] or given.get("dilations", [1, 1]) != [1, 1] or size % 2:
        return None
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    if dequantize is None or dequantize.op_type != "DequantizeLinear" or dequantize.input[0] not in stored:
        return None
    weights = numpy_helper.to_array(stored[dequantize.input[0]])
    square = weights.dtype == np.int8 and weights.shape[1:] == (CHANNELS, 3, 3)
    return weights if square else None


def _space_to_depth(
    model: onnx.ModelProto,
    convolution: onnx.NodeProto,
    dequantize: onnx.NodeProto,
    weights: npt.NDArray[np.int8],
    size: int,
) -> list[onnx.NodeProto]:
    """Let a convolution read blocks of 2x2 pixels, and return the nodes that make them.

    The two rows of a block are swapped with what stands in a row: one fast transposition, which leaves the channels in
    the order column, color, row. `SpaceToDepth` itself takes uint8 in new versions of ONNX Runtime only.
    """
    half, count = size // 2, len(weights)
    taps = np.zeros((count, CHANNELS, 4, 4), np.int8)
    taps[:, :, :3, :3] = weights
    blocks = taps.reshape(count, CHANNELS, 2, 2, 2, 2).transpose(0, 5, 1, 3, 2, 4)  # O, column, color, row, Y, X
    constants: dict[str, npt.NDArray[Any]] = {
        "input/weights": np.ascontiguousarray(blocks.reshape(count, 4 * CHANNELS, 2, 2)),
        "input/rows": np.array([-1, 2, size * CHANNELS], np.int64),
        "input/blocks": np.array([-1, half, half, 4 * CHANNELS], np.int64),
    }
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in constants.items())
    dequantize.input[0] = "input/weights"
    changed = {"strides": [1, 1], "kernel_shape": [2, 2], "pads": [0, 0, 1, 1]}
    kept = [attribute for attribute in convolution.attribute if attribute.name not in (*changed, "auto_pad")]
    del convolution.attribute[:]
    convolution.attribute.extend([*kept, *(helper.make_attribute(name, value) for name, value in changed.items())])
    return [
        helper.make_node("Reshape", [INPUT, "input/rows"], ["input/pairs"]),
        helper.make_node("Transpose", ["input/pairs"], ["input/swapped"], perm=(0, 2, 1)),
        helper.make_node("Reshape", ["input/swapped", "input/blocks"], ["input/deep"]),
        helper.make_node("Transpose", ["input/deep"], ["input/pixels"], perm=_TO_CHANNELS_FIRST),
    ]


def _drop_unused(graph: onnx.GraphProto) -> None:
    """Remove nodes and constants that nothing reads."""
    wanted = {output.name for output in graph.output}
    for node in reversed(list(graph.node)):
        if wanted.intersection(node.output):
            wanted.update(node.input)
        else:
            graph.node.remove(node)
    for tensor in list(graph.initializer):
        if tensor.name not in wanted:
            graph.initializer.remove(tensor)
