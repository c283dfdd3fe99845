"""What an evaluation leaves on disk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.evaluate.run import evaluate
from pawsight.evaluate.write import evaluate_into, write_evaluation
from pawsight.model.card import read_card


def test_what_is_written_can_be_read_again(classifier: Classifier, coloured: Dataset, tmp_path: Path) -> None:
    result = evaluate(classifier, coloured, "validation")
    write_evaluation(result, tmp_path)
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written["accuracy"]["n"] == result.metrics.accuracy.n
    saved = np.load(tmp_path / "predictions.npz")
    np.testing.assert_array_equal(saved["scores"], result.scores)
    assert list(saved["verdicts"]) == result.verdicts
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"confusion.svg", "roc.svg"}


def test_the_card_carries_the_headlines(tiny_model: Path, coloured: Dataset, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "tiny")
    metrics = evaluate_into(folder, coloured)
    card = read_card(folder)
    assert card.metrics["accuracy"].value == metrics.accuracy.value
    assert card.metrics["accuracy"].low == metrics.accuracy.low
    assert "metrics.json" in card.files
    assert Classifier.load(folder).card == card
