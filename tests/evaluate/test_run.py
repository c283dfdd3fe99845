"""Evaluation: the model's graph on original files, and numbers that stand for what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.evaluate import run
from pawsight.evaluate.run import evaluate, evaluate_all
from pawsight.model.card import Input

WRONG = 4  # photos of cats that stand in the dogs' folder


def test_wrong_labels_show_in_the_confusion(classifier: Classifier, coloured: Dataset) -> None:
    result = evaluate(classifier, coloured, "train")
    wrong = sum(
        coloured.rows[place].label == "dog" and int(Path(coloured.rows[place].path).stem) < WRONG
        for place in coloured.indices("train")
    )
    assert wrong > 0
    assert result.metrics.confusion[1][0] == wrong
    assert result.metrics.confusion[0][1] == 0
    assert result.metrics.false_accepts is not None
    assert result.metrics.false_accepts.value == 0
    assert len(result.paths) == len(result.verdicts) == len(coloured.indices("train"))


def test_other_classes_are_refused(make_model: Callable[..., Path], coloured: Dataset, tmp_path: Path) -> None:
    panda = Classifier.load(make_model(tmp_path / "m", classes=["cat", "panda"]))
    with pytest.raises(BadData, match=r"cat, panda.*cat, dog"):
        evaluate(panda, coloured)


def test_another_order_of_classes_is_no_matter(
    make_model: Callable[..., Path], classifier: Classifier, coloured: Dataset, tmp_path: Path
) -> None:
    turned = make_model(tmp_path / "m", classes=["dog", "cat"], weights=((0, 20), (0, 0), (20, 0)))
    one, other = evaluate(classifier, coloured, "train"), evaluate(Classifier.load(turned), coloured, "train")
    assert one.metrics.accuracy == other.metrics.accuracy
    np.testing.assert_allclose(one.scores, other.scores[:, ::-1], atol=1e-6)


def test_several_models_answer_as_each_would_alone(
    make_model: Callable[..., Path], classifier: Classifier, coloured: Dataset, tmp_path: Path
) -> None:
    padded = Classifier.load(make_model(tmp_path / "m", input=Input(size=32, fit="pad")))
    together = evaluate_all([classifier, padded], coloured, "validation")
    for alone, one in zip([classifier, padded], together, strict=True):
        np.testing.assert_array_equal(evaluate(alone, coloured, "validation").scores, one.scores)
    assert not np.array_equal(together[0].scores, together[1].scores)


def test_models_with_one_kind_of_input_share_the_decoding(
    classifier: Classifier, coloured: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[object] = []
    read = run.read_prepared
    monkeypatch.setattr(run, "read_prepared", lambda one, photo: decoded.append(photo) or read(one, photo))
    evaluate_all([classifier, classifier], coloured, "validation")
    assert len(decoded) == len(coloured.indices("validation"))


def test_right_is_what_accuracy_counts(classifier: Classifier, coloured: Dataset) -> None:
    result = evaluate(classifier, coloured, "train")
    assert result.right.sum() / result.single.sum() == result.metrics.accuracy.value
    assert not (result.right & ~result.single).any()


def test_a_split_without_a_photo_of_a_class_is_refused(classifier: Classifier, coloured: Dataset) -> None:
    neither = tuple(row for row in coloured.rows if row.label == "neither")
    with pytest.raises(BadData, match="photos of cat or dog in split test, but there are none"):
        evaluate(classifier, replace(coloured, rows=neither))
