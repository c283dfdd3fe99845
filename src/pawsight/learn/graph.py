"""Take the head off a graph and put another one on.

    trunk (N, h, w, D) -> mean over places -> features (N, D) -> length 1 -> linear layer -> softmax or sigmoid
        -> no more than so many photos support -> scores (N, C)
    trunk (N, h, w, D) -> divided by the same length -> the same linear layer at each place -> maps (N, h, w, C)

Only what leads to the maps that are pooled into `features` is kept; whatever the old model did after them is cut away.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper
from onnx.utils import Extractor

from pawsight.errors import BadModel, ExportDiffers
from pawsight.learn.head import Head
from pawsight.runtime import INPUT
from pawsight.runtime.onnx import OnnxSession
from pawsight.types import Pixels

FEATURES_TOLERANCE = 1e-5
SCORES_TOLERANCE = 1e-4

_RESHAPING = {"Squeeze", "Reshape", "Flatten", "Identity"}
_TO_CHANNELS_LAST = (0, 2, 3, 1)


def replace_head(graph: bytes, head: Head) -> bytes:
    """Build the graph that a new head makes of an old model's trunk.

    Args:
        graph: an ONNX file with our input and outputs, whose `features` are the mean over places of its last maps.
        head: the new linear layer, from D features to C classes.

    Returns:
        An ONNX file: `pixels` as before, `features` as before, new `scores` and `maps`.

    Raises:
        BadModel: `features` are made in some other way.
    """
    model = onnx.load_from_string(graph)
    places, channels_first = _pooled(model)
    trunk = Extractor(model).extract_model([INPUT], ["features"])
    classes = len(head.ceiling)
    trunk.graph.node.extend(_nodes(places, channels_first, head))
    for name, array in _constants(head).items():
        trunk.graph.initializer.append(numpy_helper.from_array(array, f"learn/{name}"))
    _declare(trunk.graph, {"maps": ["N", "h", "w", classes], "scores": ["N", classes]})
    onnx.checker.check_model(trunk)
    return bytes(trunk.SerializeToString())


def _nodes(places: str, channels_first: bool, head: Head) -> list[onnx.NodeProto]:
    """Return the nodes from places and pooled features to scores and maps."""
    node = helper.make_node
    nodes = [node("Transpose", [places], ["learn/places"], perm=_TO_CHANNELS_LAST)] if channels_first else []
    shares = "Softmax" if head.exclusive else "Sigmoid"
    return [
        *nodes,
        node("Mul", ["features", "features"], ["learn/squares"]),
        node("MatMul", ["learn/squares", "learn/ones"], ["learn/sum"]),
        node("Sqrt", ["learn/sum"], ["learn/root"]),
        node("Max", ["learn/root", "learn/tiny"], ["learn/length"]),
        node("Div", ["features", "learn/length"], ["learn/unit"]),
        node("Gemm", ["learn/unit", "learn/weights", "learn/bias"], ["learn/logits"]),
        node(shares, ["learn/logits"], ["learn/shares"]),
        node("MatMul", ["learn/shares", "learn/classes"], ["learn/known"]),
        node("Min", ["learn/known", "learn/ceiling"], ["scores"]),
        node("MatMul", ["learn/places" if channels_first else places, "learn/kernel"], ["learn/evidence"]),
        node("Reshape", ["learn/length", "learn/shape"], ["learn/lengths"]),
        node("Div", ["learn/evidence", "learn/lengths"], ["learn/scaled"]),
        node("Add", ["learn/scaled", "learn/offset"], ["maps"]),
    ]


def _constants(head: Head) -> dict[str, npt.NDArray[Any]]:
    classes = len(head.ceiling)
    return {
        "weights": head.weights,
        "bias": head.bias,
        "kernel": np.ascontiguousarray(head.weights[:, :classes]),
        "offset": head.bias[:classes],
        "classes": np.eye(len(head.bias), classes, dtype=np.float32),
        "ceiling": head.ceiling,
        "ones": np.ones((len(head.weights), 1), np.float32),
        "tiny": np.array([1e-12], np.float32),
        "shape": np.array([-1, 1, 1, 1], np.int64),
    }


def _pooled(model: onnx.ModelProto) -> tuple[str, bool]:
    """The tensor whose mean over places is `features`, and whether its channels come before its places."""
    makers = {name: node for node in model.graph.node for name in node.output}
    node = makers.get("features")
    while node is not None and node.op_type in _RESHAPING:
        node = makers.get(node.input[0])
    if node is not None and node.op_type == "GlobalAveragePool":
        return node.input[0], True
    if node is not None and node.op_type == "ReduceMean" and (axes := _axes(model, node)) in ({1, 2}, {2, 3}):
        return node.input[0], axes == {2, 3}
    raise BadModel(
        "Expected a model whose features are the mean over places of its last maps, "
        f"but they come from {node.op_type if node is not None else 'nowhere'}.",
        "Learn from a shipped model.",
    )


def _axes(model: onnx.ModelProto, node: onnx.NodeProto) -> set[int]:
    """Over which axes of four a node takes the mean: an attribute in older graphs, an input from operator set 18 on."""
    given = [list(attribute.ints) for attribute in node.attribute if attribute.name == "axes"]
    given += [numpy_helper.to_array(one).tolist() for one in model.graph.initializer if one.name in node.input[1:]]
    return {axis % 4 for axes in given for axis in axes}


def _declare(graph: onnx.GraphProto, shapes: dict[str, list[str | int]]) -> None:
    """Set a graph's outputs: the features it has, and new ones of these shapes."""
    features = next(output for output in graph.output if output.name == "features")
    made = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    del graph.output[:]
    graph.output.extend([features, *made])


def check_parity(old: OnnxSession, new: OnnxSession, head: Head, photos: Pixels) -> None:
    """Compare a graph with the trunk and the head that it was made of.

    Args:
        photos: `(N, size, size, 3)` uint8.

    Raises:
        ExportDiffers: features differ from the old graph's, or scores from the head's.
    """
    features, answers = old.run(photos).features, new.run(photos)
    pairs = {
        "features": (features, answers.features, FEATURES_TOLERANCE),
        "scores": (head.scores(features), answers.scores, SCORES_TOLERANCE),
        "maps": (
            head.logits(features)[:, : len(head.ceiling)],
            answers.maps.mean(axis=(1, 2)),
            10 * SCORES_TOLERANCE,
        ),
    }
    for name, (expected, received, tolerance) in pairs.items():
        differs = float((np.abs(expected - received) / np.maximum(1, np.abs(expected))).max())
        if not differs <= tolerance:
            raise ExportDiffers(
                f"Expected the learned graph to answer like what it was made of within {tolerance}, "
                f"but {name} differ by {differs:.2g}.",
                "Report this with the versions of onnx and onnxruntime.",
            )
