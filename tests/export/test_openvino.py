"""OpenVINO's format answers like the source, and is offered only where OpenVINO is installed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="exporting needs the extra train")

from pawsight.classifier import Classifier
from pawsight.errors import BadModel, ExportDiffers, MissingExtra
from pawsight.export import Exporter, ExportFormat
from pawsight.export.openvino import OpenvinoSession, is_installed
from pawsight.model.card import read_card
from pawsight.runtime import golden

INT8, FLOAT32 = ExportFormat("openvino", "int8"), ExportFormat("openvino", "float32")
needs_openvino = pytest.mark.skipif(not is_installed(), reason="needs the extra openvino")


@needs_openvino
def test_a_shipped_model_in_int8(tmp_path: Path) -> None:
    """Quantized by us, computed by OpenVINO: alone, together, and from several threads at the same time."""
    (made,) = Exporter("tiny").export({INT8: tmp_path / "tiny"})
    assert sorted(path.name for path in made.path.iterdir()) == ["card.json", "model.bin", "model.xml"]
    assert made.bytes == sum(path.stat().st_size for path in made.path.iterdir())
    source = Classifier.load("tiny")
    card = json.loads((made.path / "card.json").read_bytes())
    assert card["golden"] == msgspec.to_builtins(source.card.golden)
    session, photos = OpenvinoSession(made.path), golden.fitted(source.card)
    expected = source.session.run(photos)
    with ThreadPoolExecutor(4) as pool:
        for outputs in [session.run(photos), *pool.map(lambda _: session.run(photos), range(8))]:
            np.testing.assert_allclose(outputs.scores, expected.scores, atol=source.card.golden.tolerance)
            assert outputs.features.shape == expected.features.shape
            assert outputs.maps.shape == expected.maps.shape


@needs_openvino
def test_float32_is_the_source_to_the_fifth_digit(tiny_model: Path, tmp_path: Path) -> None:
    (made,) = Exporter(tiny_model).export({FLOAT32: tmp_path / "tiny"})
    photos = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    expected, found = Classifier.load(tiny_model).session.run(photos), OpenvinoSession(made.path).run(photos)
    for name in ("scores", "features", "maps"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-5)
    assert Exporter(tiny_model).has_written(made.path)
    assert not Exporter("tiny").has_written(made.path)


@needs_openvino
def test_what_differs_is_not_written(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = Exporter(tiny_model)
    card = exporter.card
    rows = [{name: abs(score - 0.3) for name, score in row.items()} for row in card.golden.scores]
    exporter.card = msgspec.structs.replace(card, golden=msgspec.structs.replace(card.golden, scores=rows))
    with pytest.raises(ExportDiffers):
        list(exporter.export({FLOAT32: tmp_path / "tiny"}))
    assert list(tmp_path.iterdir()) == []


def test_all_formats_are_those_that_are_installed(tiny_model: Path, tmp_path: Path) -> None:
    exporter = Exporter(tiny_model)
    assert exporter.can(FLOAT32) == is_installed()
    assert not exporter.can(INT8)  # without photos that show which values occur
    if is_installed():
        with pytest.raises(BadModel, match="--data"):
            list(exporter.export({INT8: tmp_path / "tiny"}))
    else:
        with pytest.raises(MissingExtra, match="openvino"):
            list(exporter.export({FLOAT32: tmp_path / "tiny"}))
    assert list(tmp_path.iterdir()) == []
    assert read_card(tiny_model).precision == "float32"
