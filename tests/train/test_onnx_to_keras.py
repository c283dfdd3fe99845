"""ONNX -> Keras: the network that comes back computes the same."""

from __future__ import annotations

from pathlib import Path

import keras
import msgspec
import numpy as np
import onnx
import pytest

from pawsight import zoo
from pawsight.errors import BadModel
from pawsight.learn.graph import replace_head
from pawsight.learn.head import Head
from pawsight.model.card import GRAPH, read_card
from pawsight.recipes import find
from pawsight.runtime import OUTPUTS, golden
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.export import write_onnx
from pawsight.train.float16 import to_float16
from pawsight.train.networks import build
from pawsight.train.onnx_to_keras import onnx_to_keras
from pawsight.types import Pixels

SIZE = 48


@pytest.fixture(scope="module")
def serving() -> keras.Model:
    """A network with depthwise convolutions, strides, ReLU6 and shortcuts."""
    return build(msgspec.structs.replace(find("tiny"), size=SIZE), ("cat", "dog", "panda")).serving()


@pytest.fixture(scope="module")
def graph(serving: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("graph") / "x.onnx"
    write_onnx(serving, path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def photos() -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (3, SIZE, SIZE, 3), dtype=np.uint8)


def test_a_network_comes_back_from_its_graph(serving: keras.Model, graph: bytes, photos: Pixels) -> None:
    expected, received = serving.predict(photos, verbose=0), onnx_to_keras(graph).predict(photos, verbose=0)
    for name in OUTPUTS:
        np.testing.assert_allclose(received[name], expected[name], rtol=1e-4, atol=1e-4)


def test_the_shipped_int8_graph_comes_back_in_float() -> None:
    folder = zoo.find("default")
    card = read_card(folder)
    model = onnx_to_keras((folder / GRAPH).read_bytes())
    scores = model.predict(golden.fitted(card), verbose=0)["scores"]
    expected = np.array([[row[name] for name in card.classes] for row in card.golden.scores])
    assert np.abs(scores - expected).max() <= card.golden.tolerance
    assert isinstance(model, keras.Model)


@pytest.mark.long
@pytest.mark.parametrize("exclusive", [False, True])
def test_a_learned_head_comes_back_with_the_trunk_that_it_stands_on(exclusive: bool) -> None:
    """What `pawsight learn` writes holds no Keras network."""
    rng = np.random.default_rng(0)
    weights, bias = rng.normal(size=(1280, 3)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    head = Head(weights, bias, np.ones(3 - exclusive, np.float32), exclusive)
    folder = zoo.find("default")
    learned = replace_head((folder / GRAPH).read_bytes(), head)
    pictures = golden.fitted(read_card(folder))
    expected, received = OnnxSession(learned).run(pictures), onnx_to_keras(learned).predict(pictures, verbose=0)
    np.testing.assert_allclose(received["features"], expected.features, atol=1.0)  # one in eight bits, one in float
    assert np.abs(received["features"] - expected.features).mean() < 0.02
    np.testing.assert_allclose(received["scores"], head.scores(received["features"]), atol=1e-4)


def test_a_node_of_another_kind_is_named(tiny_model: Path) -> None:
    model = onnx.load(tiny_model / GRAPH)
    model.graph.node[-1].op_type = "Erf"
    with pytest.raises(BadModel, match=r"a node Erf\. Export from the folder"):
        onnx_to_keras(model.SerializeToString())


def test_halving_halves_and_changes_little(graph: bytes, photos: Pixels) -> None:
    half = to_float16(onnx.load_from_string(graph)).SerializeToString()
    assert len(half) < 0.6 * len(graph)
    one, other = OnnxSession(graph).run(photos), OnnxSession(half).run(photos)
    np.testing.assert_allclose(one.features, other.features, rtol=0.02, atol=2e-3)
    assert not np.array_equal(one.features, other.features)
