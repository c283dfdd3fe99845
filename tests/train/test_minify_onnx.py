"""Compact graphs: the same answers, bit for bit, in fewer bytes."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.runtime import OUTPUTS
from pawsight.runtime.onnx import OnnxSession, open_graph
from pawsight.train import quantise as quantising
from pawsight.train.export import export_onnx
from pawsight.train.minify_onnx import minify
from pawsight.train.networks import build


@pytest.fixture(scope="module")
def long(staged: Recipe, data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> onnx.ModelProto:
    """An int8 graph as ONNX Runtime writes it."""
    folder = tmp_path_factory.mktemp("compact")
    export_onnx(build(staged, data.classes).serving(), folder / "float32.onnx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantising, "minify", lambda model: None)
        quantising.quantise(folder / "float32.onnx", folder / "int8.onnx", data.pixels[:32])
    return onnx.load(folder / "int8.onnx")


@pytest.fixture(scope="module")
def short(long: onnx.ModelProto) -> onnx.ModelProto:
    model = copy.deepcopy(long)
    minify(model)
    return model


def test_it_answers_the_same(long: onnx.ModelProto, short: onnx.ModelProto, data: Dataset) -> None:
    one, other = (OnnxSession(model.SerializeToString()).run(data.pixels[:8]) for model in (long, short))
    for name in OUTPUTS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_it_is_a_valid_graph(short: onnx.ModelProto) -> None:
    onnx.checker.check_model(short, full_check=True)


def _names(model: onnx.ModelProto) -> int:
    """Bytes of a graph that are not numbers."""
    return model.ByteSize() - sum(len(tensor.raw_data) for tensor in model.graph.initializer)


def test_it_is_smaller(long: onnx.ModelProto, short: onnx.ModelProto, tmp_path: Path) -> None:
    assert _names(short) < 0.6 * _names(long)
    constants = [
        (tensor.data_type, tuple(tensor.dims), numpy_helper.to_array(tensor).tobytes())
        for tensor in short.graph.initializer
    ]
    assert len(set(constants)) == len(constants) < len(long.graph.initializer)


def _sum_of_constants() -> onnx.ModelProto:
    """x + a + b, where only a and b are equal in type, shape and value; c looks like a in its bytes alone."""
    constants = {
        "a": np.array([1, 0], np.float32),
        "b": np.array([1, 0], np.float32),
        "c": np.array([1, 0], np.float32).view(np.int32),
        "d": np.array([[1, 0]], np.float32),
    }
    nodes = [
        helper.make_node("Add", ["x", "a"], ["with a"], name="first", doc_string="why"),
        helper.make_node("Add", ["with a", "b"], ["with b"]),
        helper.make_node("Cast", ["c"], ["c as float"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["with b", "c as float"], ["with c"]),
        helper.make_node("Add", ["with c", "d"], ["with d"]),
        helper.make_node("Clip", ["with d", "", "limit"], ["0"]),
    ]
    limit = numpy_helper.from_array(np.array(1e12, np.float32), "limit")
    graph = helper.make_graph(
        nodes,
        "sum",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("0", TensorProto.FLOAT, [1, 2])],
        [*(numpy_helper.from_array(array, name) for name, array in constants.items()), limit],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def test_only_equal_constants_are_shared_and_no_name_is_taken_twice() -> None:
    model = _sum_of_constants()
    onnx.checker.check_model(model, full_check=True)
    x = np.array([2, 3], np.float32)
    before = open_graph(model.SerializeToString(), 1).run(["0"], {"x": x})[0]
    minify(model)
    onnx.checker.check_model(model, full_check=True)
    assert len(model.graph.initializer) == 4
    assert not any(node.name or node.doc_string for node in model.graph.node)
    np.testing.assert_array_equal(open_graph(model.SerializeToString(), 1).run(["0"], {"x": x})[0], before)
