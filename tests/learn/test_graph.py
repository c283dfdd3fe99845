"""A new head on an old trunk: the same features, the head's own scores, and nothing else of the old model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from pawsight import zoo
from pawsight.errors import BadModel, ExportDiffers
from pawsight.learn.graph import check_parity, replace_head
from pawsight.learn.head import Head, fit_head
from pawsight.model.card import GRAPH
from pawsight.runtime.onnx import OnnxSession


@pytest.fixture(params=["tiny", "default"])
def graph(request: pytest.FixtureRequest, tiny_model: Path) -> bytes:
    """One whose places come before its channels, and one the other way round, in int8."""
    folder = tiny_model if request.param == "tiny" else zoo.find("default")
    return (folder / GRAPH).read_bytes()


def photos(graph: bytes, number: int) -> np.ndarray:
    side = onnx.load_from_string(graph).graph.input[0].type.tensor_type.shape.dim[1].dim_value
    return np.random.default_rng(0).integers(0, 256, (number, side, side, 3), dtype=np.uint8)


@pytest.mark.long
@pytest.mark.parametrize("exclusive", [True, False])
def test_features_stay_and_scores_are_the_head_s(graph: bytes, exclusive: bool) -> None:
    shown = photos(graph, 24)
    old = OnnxSession(graph)
    features = old.run(shown).features
    targets = np.eye(3, dtype=np.float32)[np.arange(24) % 3]
    targets[:4] = 0  # photos of none of them
    head = fit_head(features, targets, 0.3, exclusive=exclusive, outliers=features[:0])
    assert head.weights.shape[1] == 3 + exclusive
    answers = OnnxSession(replace_head(graph, head)).run(shown)
    np.testing.assert_allclose(answers.features, features, atol=1e-5)
    np.testing.assert_allclose(answers.scores, head.scores(features), atol=1e-4)
    np.testing.assert_allclose(answers.maps.mean(axis=(1, 2)), head.logits(features)[:, :3], atol=1e-3)
    assert answers.maps.shape == (24, *old.run(shown).maps.shape[1:3], 3)


def test_a_learned_graph_can_be_learned_from(graph: bytes) -> None:
    shown = photos(graph, 2)
    features = OnnxSession(graph).run(shown).features
    first = replace_head(graph, make_head(features.shape[1], 5))
    head = make_head(features.shape[1], 4)
    check_parity(OnnxSession(graph), OnnxSession(replace_head(first, head)), head, shown)


def test_what_comes_after_the_trunk_is_cut_away(graph: bytes) -> None:
    """A gate that multiplies the scores by something that is made from the features."""
    model = onnx.load_from_string(graph)
    for node in model.graph.node:
        node.output[:] = ["ungated" if name == "scores" else name for name in node.output]
    model.graph.node.extend(
        [
            helper.make_node("ReduceMax", ["features"], ["gate"], keepdims=1),
            helper.make_node("Mul", ["ungated", "gate"], ["scores"], name="gating"),
        ]
    )
    gated = bytes(model.SerializeToString())
    head = make_head(OnnxSession(graph).run(photos(graph, 1)).features.shape[1], 3)
    learned = replace_head(gated, head)
    check_parity(OnnxSession(graph), OnnxSession(learned), head, photos(graph, 2))
    assert "gating" not in {node.name for node in onnx.load_from_string(learned).graph.node}


def test_features_made_in_another_way_are_refused(graph: bytes) -> None:
    model = onnx.load_from_string(graph)
    for node in model.graph.node:
        node.output[:] = ["plain" if name == "features" else name for name in node.output]
    model.graph.node.append(helper.make_node("Relu", ["plain"], ["features"]))
    with pytest.raises(BadModel, match="come from Relu"):
        replace_head(bytes(model.SerializeToString()), make_head(3, 2))


def test_a_head_that_is_not_the_graph_s_is_noticed(tiny_model: Path) -> None:
    graph = (tiny_model / GRAPH).read_bytes()
    head = make_head(3, 2)
    session = OnnxSession(replace_head(graph, head))
    other = replace(head, bias=head.bias + np.float32([0.01, 0]))  # type: ignore[arg-type]
    with pytest.raises(ExportDiffers, match="scores differ"):
        check_parity(OnnxSession(graph), session, other, photos(graph, 2))


def make_head(features: int, classes: int) -> Head:
    rng = np.random.default_rng(1)
    weights = rng.normal(0, 1 / features, (features, classes)).astype(np.float32)
    return Head(weights, rng.normal(size=classes).astype(np.float32), np.ones(classes, np.float32), exclusive=True)


def test_the_mean_over_places_may_be_given_by_an_input(make_model: Callable[..., Path], tmp_path: Path) -> None:
    """As operator sets from 18 on do."""
    model = onnx.load(make_model(tmp_path / "m") / GRAPH)
    for node in model.graph.node:
        if node.output[0] == "features" or node.op_type == "ReduceMean":
            del node.attribute[:]
            node.input.append("axes")
            node.attribute.append(helper.make_attribute("keepdims", 0))
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([1, 2], np.int64), "axes"))
    model.opset_import[0].version = 18
    graph = bytes(model.SerializeToString())
    head = make_head(3, 2)
    check_parity(OnnxSession(graph), OnnxSession(replace_head(graph, head)), head, photos(graph, 2))
