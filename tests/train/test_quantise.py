"""int8: smaller, nearly the same answers, and the head still exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.export import export_onnx
from pawsight.train.networks import build
from pawsight.train.quantise import quantise


@pytest.fixture(scope="module")
def graphs(data: Dataset, small: Recipe, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("quantise")
    pooled = type(small)(**{name: getattr(small, name) for name in small.__struct_fields__} | {"head": "pool"})
    export_onnx(build(pooled, 2).serving(), folder / "float32.onnx")
    quantise(folder / "float32.onnx", folder / "int8.onnx", data.pixels[:64])
    return folder / "float32.onnx", folder / "int8.onnx"


def test_answers_stay_close(graphs: tuple[Path, Path], data: Dataset) -> None:
    one, other = (OnnxSession(path.read_bytes()).run(data.pixels[64:96]) for path in graphs)
    assert np.abs(one.scores - other.scores).max() < 0.02
    assert np.abs(one.features - other.features).max() < 0.05 * np.abs(one.features).max()


def test_the_trunk_is_int8_and_the_head_is_not(graphs: tuple[Path, Path]) -> None:
    _, path = graphs
    graph = onnx.load(path).graph
    fed_by = {output: node.op_type for node in graph.node for output in node.output}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    trunk = [node for node in convolutions if "head" not in node.name]
    head = [node for node in convolutions if "head" in node.name]
    assert len(trunk) == 2
    assert all(fed_by[node.input[1]] == "DequantizeLinear" for node in trunk)
    assert len(head) == 1
    assert head[0].input[1] not in fed_by  # a plain float32 weight
