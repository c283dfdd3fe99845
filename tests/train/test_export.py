"""An exported graph answers like its source, or the export fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from pawsight.errors import ExportDiffers
from pawsight.recipes import Recipe
from pawsight.runtime import OUTPUTS
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.export import check_parity, export_onnx, name_outputs
from pawsight.train.networks import build


@pytest.fixture(scope="module")
def exported(small: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "model.onnx"
    export_onnx(build(small, ("cat", "dog")).serving(), path)
    return path


def test_the_graph_has_our_names_and_shapes(exported: Path) -> None:
    out = OnnxSession(exported.read_bytes()).run(np.zeros((3, 32, 32, 3), np.uint8))
    assert out.scores.shape == (3, 2)
    assert out.features.shape == (3, 64)
    assert out.maps.shape == (3, 8, 8, 2)
    assert out.scores.dtype == np.float32


def test_the_mean_of_the_maps_is_the_logit(exported: Path) -> None:
    photos = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    out = OnnxSession(exported.read_bytes()).run(photos)
    np.testing.assert_allclose(1 / (1 + np.exp(-out.maps.mean(axis=(1, 2)))), out.scores, atol=1e-5)


def test_a_graph_of_other_weights_fails_the_export(exported: Path, small: Recipe) -> None:
    with pytest.raises(ExportDiffers, match=r"differs by .* at batch size 1"):
        check_parity(build(small, ("cat", "dog")).serving(), OnnxSession(exported.read_bytes()))


def test_nameless_outputs_get_our_names_in_their_order(exported: Path, tmp_path: Path) -> None:
    """What Keras writes on PyTorch: other names, sorted as ours would be."""
    model = onnx.load(exported)
    outputs = sorted(model.graph.output, key=lambda output: output.name)
    for number, output in enumerate(outputs):
        for node in model.graph.node:
            node.input[:] = [f"x.{number}" if name == output.name else name for name in node.input]
            node.output[:] = [f"x.{number}" if name == output.name else name for name in node.output]
        output.name = f"x.{number}"
    del model.graph.output[:]
    model.graph.output.extend(outputs)
    onnx.save(model, tmp_path / "nameless.onnx")
    name_outputs(tmp_path / "nameless.onnx", OUTPUTS)
    photos = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    one, other = (OnnxSession(path.read_bytes()).run(photos) for path in (exported, tmp_path / "nameless.onnx"))
    for name in ("scores", "features", "maps"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
