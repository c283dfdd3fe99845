"""One rule turns scores into verdicts, for one photo and for many."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.model.card import Thresholds
from pawsight.model.class_names import BOTH, NEITHER, UNSURE
from pawsight.model.decision import decide, decide_all, name_verdicts, shown

THRESHOLDS = Thresholds(absent=0.3, present=0.7)
EXCLUSIVE = Thresholds(absent=0.3, present=0.6, exclusive=True)


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ({"cat": 0.9, "dog": 0.1}, "cat"),
        ({"cat": 0.7, "dog": 0.3}, "cat"),
        ({"cat": 0.9, "dog": 0.8}, BOTH),
        ({"cat": 0.2, "dog": 0.3}, NEITHER),
        ({"cat": 0.9, "dog": 0.5}, UNSURE),
        ({"cat": 0.1, "dog": 0.5}, UNSURE),
        ({"cat": 0.69, "dog": 0.69}, UNSURE),
        ({"cat": 0.9, "dog": 0.8, "panda": 0.5}, BOTH),
        ({"cat": 0.1, "dog": 0.2, "panda": 0.99}, "panda"),
        ({"cat": 0.9}, "cat"),
        ({"cat": 0.1}, NEITHER),
    ],
)
def test_decide(scores: dict[str, float], verdict: str) -> None:
    assert decide(scores, THRESHOLDS) == verdict


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ({"cat": 0.6, "dog": 0.4, "panda": 0.0}, "cat"),  # the second class need not be ruled out
        ({"cat": 0.5, "dog": 0.5, "panda": 0.0}, UNSURE),
        ({"cat": 0.1, "dog": 0.1, "panda": 0.1}, NEITHER),
        ({"cat": 0.2, "dog": 0.2, "panda": 0.0}, UNSURE),  # each is low, but one of them is likely there
    ],
)
def test_of_exclusive_classes_the_highest_score_counts(scores: dict[str, float], verdict: str) -> None:
    assert decide(scores, EXCLUSIVE) == verdict


@pytest.mark.parametrize("thresholds", [THRESHOLDS, EXCLUSIVE, Thresholds(0.5, 0.5)])
def test_many_photos_are_judged_like_one(thresholds: Thresholds) -> None:
    scores = np.random.default_rng(0).dirichlet(np.full(4, 0.3), 500).astype(np.float32)[:, :3]
    classes = ["cat", "dog", "panda"]
    one_by_one = [decide(dict(zip(classes, row.tolist(), strict=True)), thresholds) for row in scores]
    assert name_verdicts(decide_all(scores, thresholds), classes) == one_by_one
    assert len(set(one_by_one)) > 3


def test_without_a_gap_no_verdict_is_unsure() -> None:
    one_threshold = Thresholds(absent=0.5, present=0.5)
    assert {decide({"cat": score / 100}, one_threshold) for score in range(101)} == {"cat", NEITHER}


def test_scores_are_judged_as_they_are_shown() -> None:
    """0.7 in float32 is a little less than 0.7."""
    assert name_verdicts(decide_all(np.array([[0.7]], np.float32), THRESHOLDS), ["cat"]) == ["cat"]


def test_what_photos_show() -> None:
    targets = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], np.float32)
    assert name_verdicts(shown(targets), ["cat", "dog"]) == ["cat", "dog", BOTH, NEITHER]
