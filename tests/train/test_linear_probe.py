"""The linear head: it separates what its features separate, and does not compute features twice."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.train.linear_probe import train_head
from pawsight.train.loader import PhotoLoader
from pawsight.train.networks import build


def test_a_head_on_untrained_features_tells_colours(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    recipe = msgspec.structs.replace(small, head="pool")
    network = build(recipe, data.classes)
    train_head(network, data, recipe, tmp_path)
    held_out = data.indices("validation")
    logits = network.logits.predict(PhotoLoader(data, held_out, recipe), verbose=0)
    assert ((logits > 0) == (data.targets[held_out] > 0)).mean() > 0.9

    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert set(written) == {"features.onnx", *(f"features-{name}.npy" for name in ("train-0", "train-1", "validation"))}
    weights = network.head.get_weights()
    train_head(network, data, recipe, tmp_path)
    assert written == {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    for one, other in zip(weights, network.head.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
