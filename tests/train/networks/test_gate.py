"""The gate: how much of what an ImageNet head sees is one of our classes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest

from pawsight.recipes import Recipe, find
from pawsight.train.networks import Network, build, lite0
from pawsight.train.networks.gate import MOST_EVIDENCE, Gate
from pawsight.types import Floats

CLASSES = ("cat", "dog")
RANGES = {"cat": (2, 5), "dog": (7, 9), "wolf": (9, 10)}
WIDTH, UNITS = 64, 12


@pytest.fixture
def head() -> keras.layers.Dense:
    head = keras.layers.Dense(UNITS)
    head.build((None, WIDTH))
    rng = np.random.default_rng(0)
    head.set_weights([rng.normal(0, 0.3, (WIDTH, UNITS)), rng.normal(size=UNITS)])
    return head


@pytest.fixture
def gate(head: keras.layers.Dense) -> Gate:
    gate = Gate.of(head, RANGES, CLASSES)
    assert gate is not None
    return gate


def _features(count: int = 20) -> Floats:
    return np.random.default_rng(1).normal(size=(count, WIDTH)).astype(np.float32)


def _log_odds(features: Floats, head: keras.layers.Dense, wanted: list[int]) -> Floats:
    """The same in NumPy: the log odds of the softmax's sum over the classes wanted."""
    kernel, bias = (np.float64(weights) for weights in head.get_weights())
    powers = np.exp(features @ kernel + bias)
    mass = powers[:, wanted].sum(axis=1) / powers.sum(axis=1)
    return np.log(mass / (1 - mass))


def test_evidence_is_the_log_odds_of_the_classes_together(gate: Gate, head: keras.layers.Dense) -> None:
    evidence = keras.ops.convert_to_numpy(gate.evidence(gate.probabilities(_features())))
    assert evidence.shape == (20, 1)
    np.testing.assert_allclose(evidence[:, 0], _log_odds(_features(), head, [2, 3, 4, 7, 8]), rtol=1e-3, atol=1e-4)


def test_no_mass_is_a_number_and_no_more_than_the_head_is_believed(gate: Gate) -> None:
    evidence = keras.ops.convert_to_numpy(gate.evidence(gate.probabilities(_features() * 1000)))
    assert evidence.min() == -MOST_EVIDENCE


def test_slope_and_middle_set_how_far_the_first_part_is_open(gate: Gate, head: keras.layers.Dense) -> None:
    gate.set_evidence(2.0, -0.5)
    wanted = _sigmoid(2 * (_log_odds(_features(), head, [2, 3, 4, 7, 8]) + 0.5))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(gate(_features())[0])[:, 0], wanted, atol=1e-4)


def test_a_photo_passes_where_both_parts_let_it_pass(gate: Gate, head: keras.layers.Dense) -> None:
    kernel = np.random.default_rng(2).normal(size=WIDTH).astype(np.float32)
    gate.set_evidence(2.0, -0.5)
    gate.set_outliers(kernel, 0.3, -0.2)
    evidence, features = _log_odds(_features(), head, [2, 3, 4, 7, 8]), _features()
    outliers = features @ kernel / np.linalg.norm(features, axis=1) + 0.3 * evidence - 0.2
    wanted = _sigmoid(2 * (evidence + 0.5)) * _sigmoid(outliers)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(gate(features)[0])[:, 0], wanted, atol=1e-4)


def test_a_network_without_an_imagenet_head_refuses_too() -> None:
    gate = Gate()
    gate.build((None, WIDTH))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(gate(_features())), 1, atol=1e-6)  # as long as nothing is set
    gate.set_outliers(np.ones(WIDTH, np.float32), 0.0, 0.0)
    features = _features()
    wanted = _sigmoid(features.sum(axis=1) / np.linalg.norm(features, axis=1))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(gate(features)[0])[:, 0], wanted, atol=1e-4)


def _sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))  # type: ignore[return-value]


def test_classes_that_imagenet_does_not_know_have_no_gate(head: keras.layers.Dense) -> None:
    assert Gate.of(head, RANGES, ("cat", "dog", "panda")) is None


def test_a_gate_never_learns(gate: Gate) -> None:
    assert gate.weights
    assert not gate.trainable_weights


@pytest.fixture
def network(staged: Recipe, gate: Gate) -> Network:
    gate.set_evidence(1.5, 0.3)
    return dataclasses.replace(build(staged, CLASSES), gate=gate)


PHOTOS = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)


def test_scores_are_the_sigmoids_times_the_gate(network: Network) -> None:
    out = network.serving().predict(PHOTOS, verbose=0)
    assert network.gate is not None
    opened = keras.ops.convert_to_numpy(network.gate(out["features"])[0])
    assert out["scores"].shape == (6, 2)
    sigmoids = 1 / (1 + np.exp(-out["maps"].mean(axis=(1, 2))))
    np.testing.assert_allclose(out["scores"], sigmoids * opened, atol=1e-5)
    open_to_all = dataclasses.replace(network, gate=None).serving().predict(PHOTOS, verbose=0)
    np.testing.assert_allclose(open_to_all["scores"], sigmoids, atol=1e-5)


def test_a_saved_gate_comes_back(network: Network, tmp_path: Path) -> None:
    serving = network.serving()
    serving.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    one, other = (model.predict(PHOTOS, verbose=0) for model in (serving, again))
    for name in ("scores", "features", "maps", "imagenet"):
        np.testing.assert_allclose(one[name], other[name], atol=1e-6)


def test_the_default_models_gate_is_of_5_cats_and_118_dogs() -> None:
    gate = Gate.of(lite0.imagenet_head(), find("lite0").gate, CLASSES)
    assert gate is not None
    # ILSVRC 2012: tabby (281) to Egyptian cat (285), Chihuahua (151) to Mexican hairless (268); 269 is the timber wolf.
    assert gate.wanted == [*range(281, 286), *range(151, 269)]
    assert len(gate.wanted) == 5 + 118
