"""Training in bfloat16: it learns, and what comes out is float32."""

from __future__ import annotations

import csv
from pathlib import Path

import keras
import numpy as np
import pytest

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.train.checkpoint import Checkpoint
from pawsight.train.fit import HISTORY, fit
from pawsight.train.mixed_precision import MIXED, is_faster, mixed_precision
from pawsight.train.networks import build
from pawsight.train.options import RunOptions


def test_layers_are_as_before_afterwards(small: Recipe) -> None:
    trunk = build(small, ("cat", "dog")).trunk
    photos = np.random.default_rng(0).integers(0, 256, (2, small.size, small.size, 3), dtype=np.uint8)
    exact = np.asarray(trunk(photos))
    with mixed_precision(trunk, True):
        rough = np.asarray(keras.ops.cast(trunk(photos), "float32"))
        assert {layer.compute_dtype for layer in trunk.layers[1:]} == {"bfloat16"}
        assert {weight.dtype for weight in trunk.weights} == {"float32"}
    assert not np.array_equal(rough, exact)  # it did compute with fewer digits
    np.testing.assert_allclose(rough, exact, atol=0.05 * np.abs(exact).max())
    np.testing.assert_array_equal(np.asarray(trunk(photos)), exact)


def test_nothing_changes_where_it_is_not_wanted(small: Recipe) -> None:
    trunk = build(small, ("cat", "dog")).trunk
    with mixed_precision(trunk, False):
        assert MIXED not in {layer.dtype_policy.name for layer in trunk.layers}


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="asks TensorFlow for its devices")
def test_a_processor_alone_is_not_faster() -> None:
    import tensorflow as tf

    assert is_faster() is False or tf.config.list_physical_devices("GPU")


@pytest.mark.long
def test_colours_are_learned_in_bfloat16(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    network = build(small, data.classes)
    checkpoint = Checkpoint(tmp_path, small, data.fingerprint)
    fit(network, data, small, checkpoint, RunOptions(mixed_precision=True))
    with (tmp_path / HISTORY).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[-1]["val_accuracy"]) > 0.9
    assert {layer.compute_dtype for layer in network.trunk.layers[1:]} == {"float32"}
