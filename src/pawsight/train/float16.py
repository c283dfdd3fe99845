"""Store weights in float16: half the size, and the same arithmetic."""

from __future__ import annotations

import math

import numpy as np
import onnx
from onnx import helper, numpy_helper

SMALL = 64  # numbers; below this a cast costs more than it saves


def to_float16(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store a graph's float32 weights in float16, cast back when it is loaded (runtimes fold that once).

    Arithmetic stays in float32: processors have no float16 of their own, and nothing can overflow.

    Returns:
        `model`, changed in place.
    """
    graph = model.graph
    for tensor in list(graph.initializer):
        if tensor.data_type == onnx.TensorProto.FLOAT and math.prod(tensor.dims) >= SMALL:
            values, name = numpy_helper.to_array(tensor), f"{tensor.name}/half"
            graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), name))
            graph.node.insert(0, helper.make_node("Cast", [name], [tensor.name], to=onnx.TensorProto.FLOAT))
            graph.initializer.remove(tensor)
    return model
