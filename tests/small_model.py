"""A model folder like the shipped ones in all but size: it answers by the mean colour of a photo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from pawsight.model.card import GRAPH, Input, ModelCard, Thresholds
from pawsight.model.seal import seal
from pawsight.runtime import golden
from pawsight.runtime.onnx import OnnxSession

SIZE, GRID = 32, 4  # sides of the input and of the maps
RED_OR_BLUE = ((20, 0), (0, 0), (0, 20))


def make_small_model(folder: Path, *, weights: Any = RED_OR_BLUE, bias: Any = (-10, -10), **fields: Any) -> Path:
    """Write a real, small model folder with hashes and golden scores.

    Args:
        folder: to make.
        weights, bias: of the linear layer on mean red, green and blue, `(3, C)` and `(C,)`.
        fields: of the card, in place of the ones here.
    """
    folder.mkdir(parents=True)
    (folder / GRAPH).write_bytes(_make_graph(weights, bias))
    given: dict[str, Any] = {
        "name": "tiny",
        "version": "1",
        "date": "2025-01-01",
        "classes": ["cat", "dog"],
        "input": Input(size=SIZE, fit="squash"),
        "thresholds": Thresholds(absent=0.3, present=0.7),
        "golden": golden.blank(fields.get("classes", ["cat", "dog"]), 0.001),
    }
    card = ModelCard(**given | fields)
    session = OnnxSession((folder / GRAPH).read_bytes())
    seal(msgspec.structs.replace(card, golden=golden.record(card, session)), folder)
    return folder


def _make_graph(weights: Any, bias: Any) -> bytes:
    """Mean colour at each of 4 x 4 places -> linear layer -> maps; mean of the maps -> sigmoid -> scores."""
    onnx = pytest.importorskip("onnx", reason="the tiny model is made with the package onnx")
    node, value, classes, pool = onnx.helper.make_node, onnx.helper.make_tensor_value_info, len(bias), SIZE // GRID
    nodes = [
        node("Cast", ["pixels"], ["floats"], to=onnx.TensorProto.FLOAT),
        node("Mul", ["floats", "scale"], ["scaled"]),
        node("Transpose", ["scaled"], ["planes"], perm=[0, 3, 1, 2]),
        node("AveragePool", ["planes"], ["pooled"], kernel_shape=[pool, pool], strides=[pool, pool]),
        node("Transpose", ["pooled"], ["places"], perm=[0, 2, 3, 1]),
        node("ReduceMean", ["places"], ["features"], axes=[1, 2], keepdims=0),
        node("MatMul", ["places", "weights"], ["product"]),
        node("Add", ["product", "bias"], ["maps"]),
        node("ReduceMean", ["maps"], ["logits"], axes=[1, 2], keepdims=0),
        node("Sigmoid", ["logits"], ["scores"]),
    ]
    shapes = {"scores": ["N", classes], "features": ["N", 3], "maps": ["N", GRID, GRID, classes]}
    constants = {"scale": 1 / 255, "weights": weights, "bias": bias}
    graph = onnx.helper.make_graph(
        nodes,
        "tiny",
        [value("pixels", onnx.TensorProto.UINT8, ["N", SIZE, SIZE, 3])],
        [value(name, onnx.TensorProto.FLOAT, shape) for name, shape in shapes.items()],
        [onnx.numpy_helper.from_array(np.asarray(array, np.float32), name) for name, array in constants.items()],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
