"""The linear head at each place equals the ordinary ones."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from pawsight.train.networks.head import PlaceDense, make_head

PLACES = np.random.default_rng(0).normal(size=(5, 3, 4, 6)).astype(np.float32)


def test_flatten_head_equals_flatten_and_dense() -> None:
    head = PlaceDense(2)
    maps = keras.ops.convert_to_numpy(head(PLACES))
    kernel, bias = head.get_weights()
    np.testing.assert_allclose(
        maps.mean(axis=(1, 2)), PLACES.reshape(5, -1) @ kernel.reshape(-1, 2) + bias, rtol=1e-4, atol=1e-4
    )


def test_pool_head_equals_pooling_and_dense() -> None:
    head = make_head("pool", 3)
    maps = keras.ops.convert_to_numpy(head(PLACES))
    kernel, bias = head.get_weights()
    np.testing.assert_allclose(
        maps.mean(axis=(1, 2)), PLACES.mean(axis=(1, 2)) @ kernel[0, 0] + bias, rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("kind", ["pool", "flatten"])
def test_a_saved_head_comes_back(kind: str, tmp_path: object) -> None:
    inputs = keras.Input((3, 4, 6))
    model = keras.Model(inputs, make_head(kind, 2)(inputs))
    path = f"{tmp_path}/model.keras"
    model.save(path)
    again = keras.saving.load_model(path)
    np.testing.assert_allclose(model.predict(PLACES, verbose=0), again.predict(PLACES, verbose=0), rtol=1e-6)
