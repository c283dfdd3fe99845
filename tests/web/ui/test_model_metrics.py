"""What a model folder says of how good its model is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pawsight import zoo
from pawsight.errors import BadModel
from pawsight.model.card import read_card
from pawsight.model.seal import seal
from pawsight.web.ui.model_metrics import describe, serving


def test_the_shipped_model() -> None:
    model = describe(zoo.find("lite0"))
    assert model.measured is not None
    assert model.measured.accuracy.value == model.card.metrics["accuracy"].value
    assert sum(map(sum, model.measured.confusion)) == model.measured.accuracy.n
    assert list(model.measured.per_class) == model.card.classes
    assert {epoch.phase for epoch in model.history} == {"outliers"}  # it began with the model before it
    assert 0.9 < model.history[-1].val_accuracy < 1


@pytest.mark.parametrize("name", zoo.names())
def test_every_shipped_model_shows_its_training(name: str) -> None:
    model = describe(zoo.find(name))
    assert model.measured is not None
    assert model.history


def test_a_folder_without_measurements(tiny_model: Path) -> None:
    model = describe(tiny_model)
    assert model.measured is None
    assert model.history == []


def test_numbers_of_another_version_do_not_stand_in_the_way(tmp_path: Path, make_model: Callable[..., Path]) -> None:
    folder = with_file(make_model(tmp_path / "m"), "metrics.json", b'{"accuracy": {"value": 0.5, "n": 4}, "new": [1]}')
    measured = describe(folder).measured
    assert measured is not None
    assert (measured.accuracy.value, measured.log_loss.value) == (0.5, None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metrics.json", b"{"),
        ("metrics.json", b'{"accuracy": 1}'),
        ("history.csv", b"phase,epoch\nx,1\n"),
        ("history.csv", b"phase,loss,val_loss,accuracy,val_accuracy\nx,1,1\n"),
        ("history.csv", b"\xff"),
    ],
)
def test_a_file_that_does_not_read(tmp_path: Path, make_model: Callable[..., Path], name: str, content: bytes) -> None:
    with pytest.raises(BadModel, match=name):
        describe(with_file(make_model(tmp_path / "m"), name, content))


def test_a_file_that_was_changed(tmp_path: Path, make_model: Callable[..., Path]) -> None:
    folder = with_file(make_model(tmp_path / "m"), "metrics.json", b"{}")
    (folder / "metrics.json").write_bytes(b"[]")
    with pytest.raises(BadModel, match="SHA-256"):
        describe(folder)


def test_the_model_that_answers(tiny_model: Path, tmp_path: Path) -> None:
    tiny, lite = read_card(tiny_model), read_card(zoo.find("default"))
    assert serving("default", lite).measured is not None
    for folder in ("default", str(tmp_path), "gone"):  # another model stands there by now, or none
        model = serving(folder, tiny)
        assert (model.card, model.measured) == (tiny, None)


def with_file(folder: Path, name: str, content: bytes) -> Path:
    """Add a file to a model folder."""
    card: Any = msgspec.structs.replace(read_card(folder))
    (folder / name).write_bytes(content)
    seal(card, folder)
    return folder
