"""One model is called better only where chance does not explain it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pawsight.evaluate.compare import compare
from pawsight.evaluate.run import Evaluation
from pawsight.metrics import measure
from pawsight.model.metrics import Metrics


@cache
def numbers() -> Metrics:
    """Comparing counts photos itself; what metrics say is no matter."""
    pair = np.eye(2, dtype=np.float32)
    return measure(pair, pair, ["cat", "dog"], ["cat", "dog"])


def said(model: str, right: str) -> Evaluation:
    """An evaluation of photos that show a dog, right where there is a `1`; the last photo shows none."""
    scores = np.array([[0.1, 0.9] if one == "1" else [0.9, 0.1] for one in right] + [[0.1, 0.9]], dtype=np.float32)
    targets = np.array([[0, 1]] * len(right) + [[0, 0]], dtype=np.float32)
    verdicts = ["dog" if one == "1" else "cat" for one in right] + ["dog"]
    paths = [f"{number}.jpg" for number in range(len(verdicts))]
    return Evaluation(model, "test", ["cat", "dog"], paths, targets, scores, verdicts, numbers())


def test_better_is_shown_by_counts_that_chance_does_not_bring() -> None:
    found = compare(said("A", "1" * 20), said("B", "1" * 10 + "0" * 10))
    assert (found.only_first, found.only_second, found.n) == (10, 0, 20)
    assert found.p == pytest.approx(2 / 2**10)
    assert found.better == "A"
    assert compare(said("B", "1" * 10 + "0" * 10), said("A", "1" * 20)).better == "A"


def test_a_higher_accuracy_alone_is_not_better() -> None:
    found = compare(said("A", "1" * 20), said("B", "1" * 15 + "0" * 5))
    assert (found.only_first, found.only_second) == (5, 0)
    assert found.p == pytest.approx(2 / 2**5)
    assert found.better is None


def test_models_that_never_differ() -> None:
    found = compare(said("A", "110"), said("B", "110"))
    assert (found.only_first, found.only_second, found.p, found.better) == (0, 0, 1.0, None)


def test_other_photos_are_refused() -> None:
    other = said("B", "110")
    with pytest.raises(ValueError, match="photos differ"):
        compare(said("A", "110"), replace(other, paths=[*other.paths[:-1], "other.jpg"]))
