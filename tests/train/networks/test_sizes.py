"""Networks of our own: as small as their recipes promise, at any size of photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pawsight.recipes import find
from pawsight.train.export import export_onnx
from pawsight.train.networks import Network, build, scratch, tiny
from pawsight.train.quantise import quantise

CLASSES = ("cat", "dog")


def _learned(network: Network) -> int:
    return sum(int(np.prod(weights.shape)) for weights in network.trunk.trainable_weights)


def _unlike(network: Network) -> None:
    """Give every channel numbers of its own, as training does; equal ones would be kept once."""
    rng = np.random.default_rng(0)
    for layer in network.trunk.layers:
        if "bn" in layer.name:
            layer.set_weights([rng.uniform(0.5, 1.5, weights.shape) for weights in layer.get_weights()])


def test_scratch_has_at_most_five_million_parameters() -> None:
    network = build(find("scratch"), CLASSES)
    assert network.logits.count_params() <= 5_000_000
    assert _learned(network) == pytest.approx(3.1e6, rel=0.02)  # as its docstring says


@pytest.mark.long
def test_tiny_fits_into_a_quarter_of_a_megabyte(tmp_path: Path) -> None:
    recipe = find("tiny")
    network = build(recipe, CLASSES)
    assert _learned(network) == pytest.approx(0.19e6, rel=0.03)
    _unlike(network)
    export_onnx(network.serving(), tmp_path / "float32.onnx")
    photos = np.random.default_rng(0).integers(0, 256, (16, recipe.size, recipe.size, 3), dtype=np.uint8)
    quantise(tmp_path / "float32.onnx", tmp_path / "int8.onnx", photos)
    assert (tmp_path / "int8.onnx").stat().st_size <= 250_000


@pytest.mark.parametrize(("module", "features"), [(scratch, 256), (tiny, 192)])
def test_trunks_take_photos_of_any_size(module: object, features: int) -> None:
    trunk = module.build(None)  # type: ignore[attr-defined]
    for size in (64, 96):
        maps = trunk.predict(np.zeros((1, size, size, 3), np.uint8), verbose=0)
        assert maps.shape == (1, size // 16, size // 16, features)
