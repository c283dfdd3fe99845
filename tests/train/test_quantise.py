"""int8: smaller, nearly the same answers, and what follows the trunk still exact."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.runtime import Outputs
from pawsight.runtime.onnx import OnnxSession, open_graph
from pawsight.train.export import export_onnx
from pawsight.train.networks import Network, build
from pawsight.train.networks.gate import Gate
from pawsight.train.quantise import LARGE, quantise, store_small
from pawsight.types import Floats

RANGES = {"cat": (3, 40), "dog": (100, 160)}
UNITS = 2000
SHOWN, OTHERS = slice(0, None, 2), slice(1, None, 2)  # of each kind


@pytest.fixture(scope="module")
def network(data: Dataset, staged: Recipe) -> Network:
    """Untrained, with a gate that tells by what differs most from photo to photo, half open for half of them."""
    keras.utils.set_random_seed(0)
    network = build(staged, data.classes)
    features = keras.Model(network.trunk.input, network.features).predict(data.pixels[SHOWN], verbose=0)
    middle = features.mean(axis=0)
    differs = np.linalg.svd(features - middle)[2][0]
    wanted = np.isin(np.arange(UNITS), [number for first, end in RANGES.values() for number in range(first, end)])
    kernel = np.outer(differs, np.where(wanted, 1, -1)) + np.random.default_rng(0).normal(0, 0.01, (64, UNITS))
    head = keras.layers.Dense(UNITS)
    head.build((None, 64))
    head.set_weights([kernel, -middle @ kernel])
    gate = Gate.of(head, RANGES, data.classes)
    assert gate is not None
    evidence = keras.ops.convert_to_numpy(gate.evidence(gate.probabilities(features)))
    gate.set_evidence(3 / np.std(evidence), float(np.median(evidence)))
    return dataclasses.replace(network, gate=gate)


@pytest.fixture(scope="module")
def graphs(network: Network, data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("quantise")
    export_onnx(network.serving(), folder / "float32.onnx")
    quantise(folder / "float32.onnx", folder / "int8.onnx", data.pixels[SHOWN])
    return folder / "float32.onnx", folder / "int8.onnx"


@pytest.fixture(scope="module")
def answers(graphs: tuple[Path, Path], data: Dataset) -> tuple[Outputs, Outputs]:
    one, other = (OnnxSession(path.read_bytes()).run(data.pixels[OTHERS]) for path in graphs)
    return one, other


def test_answers_stay_close(answers: tuple[Outputs, Outputs]) -> None:
    one, other = answers
    assert np.abs(one.features - other.features).max() < 0.05 * np.abs(one.features).max()
    assert np.abs(one.maps - other.maps).max() < 0.05 * np.abs(one.maps).max()


def test_the_gate_opens_as_far_in_int8(answers: tuple[Outputs, Outputs], network: Network) -> None:
    """For what the trunk saw, which is another thing in int8; the gate was set by the photos in the float graph."""
    assert network.gate is not None
    for out, most in zip(answers, (1e-3, 0.05), strict=True):
        opened = out.scores * (1 + np.exp(-out.maps.mean(axis=(1, 2))))  # what the scores lack of the sigmoids
        wanted = keras.ops.convert_to_numpy(network.gate(out.features)[0])
        assert np.ptp(wanted) > 0.8
        assert np.abs(opened - wanted).max() < most


def test_the_trunk_is_int8_and_what_follows_is_not(graphs: tuple[Path, Path]) -> None:
    _, path = graphs
    graph = onnx.load(path).graph
    fed_by = {output: node for node in graph.node for output in node.output}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    *trunk, head = convolutions
    assert [fed_by[node.input[1]].op_type for node in trunk] == ["DequantizeLinear"] * 2
    assert head.input[1] not in fed_by  # a plain float32 weight
    # Numbers are rounded within the trunk only: none that is rounded comes from the head or the gate.
    after = {head.output[0]}
    for node in graph.node:
        if node.op_type in {"MatMul", "Gemm", "Softmax"} or after.intersection(node.input):
            after.update(node.output)
            assert node.op_type != "QuantizeLinear"
    assert "scores" in after


def test_the_file_is_a_quarter(graphs: tuple[Path, Path]) -> None:
    exact, small = (path.stat().st_size for path in graphs)
    assert small < 0.3 * exact  # the gate's matrix among it


def _product(matrix: Floats) -> onnx.ModelProto:
    """x @ matrix, as a graph."""
    rows, columns = matrix.shape
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "matrix"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", rows])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", columns])],
        [numpy_helper.from_array(matrix, "matrix")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def _stored(matrix: Floats) -> Floats:
    """A matrix as the graph that stores it computes with it."""
    model = _product(matrix)
    store_small(model)
    onnx.checker.check_model(model, full_check=True)
    session = open_graph(model.SerializeToString(), 1)
    return np.asarray(session.run(["y"], {"x": np.eye(len(matrix), dtype=np.float32)})[0])


def test_a_large_matrix_is_off_by_half_a_step_of_its_column_at_most() -> None:
    rng = np.random.default_rng(0)
    matrix = (rng.normal(size=(400, 300)) * np.geomspace(1e-3, 1e3, 300)).astype(np.float32)
    assert matrix.size > LARGE
    off = np.abs(_stored(matrix) - matrix)
    assert (off <= np.abs(matrix).max(axis=0) / 127 * 0.501).all()
    assert off.any()
    model = _product(matrix)
    before = model.ByteSize()
    store_small(model)
    assert model.ByteSize() < 0.27 * before


def test_small_matrices_stay_exact() -> None:
    matrix = np.random.default_rng(0).normal(size=(300, 300)).astype(np.float32)
    np.testing.assert_array_equal(_stored(matrix), matrix)
