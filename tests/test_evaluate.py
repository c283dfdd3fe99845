"""Evaluation: the model's graph on original files, and numbers that stand for what happened."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pawsight.card import read_card
from pawsight.classifier import Classifier
from pawsight.data import Dataset, open_dataset
from pawsight.data.prepare import prepare
from pawsight.errors import BadData
from pawsight.evaluate import evaluate, evaluate_into, write_evaluation

PHOTOS = 40
WRONG = 4  # photos of cats that stand in the dogs' folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, picture: Callable[..., bytes]) -> Dataset:
    """Photos that the tiny model knows, but for a few that are labelled wrongly."""
    folder = tmp_path_factory.mktemp("evaluate")
    for number in range(PHOTOS):
        for label, colour in (("cat", (210, 50, 40)), ("dog", (40, 50, 210)), ("neither", (40, 200, 40))):
            shown = (210, 50, 40) if label == "dog" and number < WRONG else colour
            light = np.random.default_rng((number, *colour)).uniform(0.7, 1.1, (6, 8, 1))
            photo = np.clip(light.repeat(6, axis=0).repeat(6, axis=1) * shown, 0, 255).astype(np.uint8)
            (folder / "photos" / label).mkdir(parents=True, exist_ok=True)
            (folder / "photos" / label / f"{number}.png").write_bytes(picture(pixels=photo, format="PNG"))
    return open_dataset(prepare(folder / "photos", folder / "prepared", size=32).folder)


def test_wrong_labels_show_in_the_confusion(classifier: Classifier, data: Dataset) -> None:
    result = evaluate(classifier, data, "train")
    wrong = sum(
        data.rows[place].label == "dog" and int(Path(data.rows[place].path).stem) < WRONG
        for place in data.indices("train")
    )
    assert wrong > 0
    assert result.metrics.confusion[1][0] == wrong
    assert result.metrics.confusion[0][1] == 0
    assert result.metrics.false_accepts is not None
    assert result.metrics.false_accepts.value == 0
    assert len(result.paths) == len(result.verdicts) == len(data.indices("train"))


def test_what_is_written_can_be_read_again(classifier: Classifier, data: Dataset, tmp_path: Path) -> None:
    result = evaluate(classifier, data, "validation")
    write_evaluation(result, tmp_path)
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written["accuracy"]["n"] == result.metrics.accuracy.n
    saved = np.load(tmp_path / "predictions.npz")
    np.testing.assert_array_equal(saved["scores"], result.scores)
    assert list(saved["verdicts"]) == result.verdicts
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"confusion.svg", "roc.svg"}


def test_the_card_carries_the_headlines(tiny_model: Path, data: Dataset, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "tiny")
    metrics = evaluate_into(folder, data)
    card = read_card(folder)
    assert card.metrics["accuracy"].value == metrics.accuracy.value
    assert card.metrics["accuracy"].low == metrics.accuracy.low
    assert "metrics.json" in card.files
    assert Classifier.load(folder).card == card


def test_other_classes_are_refused(make_model: Callable[..., Path], data: Dataset, tmp_path: Path) -> None:
    panda = Classifier.load(make_model(tmp_path / "m", classes=["cat", "panda"]))
    with pytest.raises(BadData, match=r"cat, panda.*cat, dog"):
        evaluate(panda, data)


def test_another_order_of_classes_is_no_matter(
    make_model: Callable[..., Path], classifier: Classifier, data: Dataset, tmp_path: Path
) -> None:
    turned = make_model(tmp_path / "m", classes=["dog", "cat"], weights=((0, 20), (0, 0), (20, 0)))
    one, other = evaluate(classifier, data, "train"), evaluate(Classifier.load(turned), data, "train")
    assert one.metrics.accuracy == other.metrics.accuracy
    np.testing.assert_allclose(one.scores, other.scores[:, ::-1], atol=1e-6)
