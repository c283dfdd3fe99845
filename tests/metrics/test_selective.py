"""Which photos are answered first, and what the thresholds answer."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.metrics import answered_wrong, risk_coverage
from pawsight.model.card import Thresholds

TARGETS = np.array([[0, 1], [1, 0], [0, 1]], dtype=np.float32)


def test_the_surest_are_answered_first() -> None:
    scores = np.array([[0.6, 0.1], [0.99, 0.01], [0.1, 0.8]], dtype=np.float32)
    coverage, risk = risk_coverage(TARGETS, scores)
    np.testing.assert_allclose(coverage, [1 / 3, 2 / 3, 1])
    np.testing.assert_allclose(risk, [0, 0, 1 / 3])
    assert answered_wrong(TARGETS, scores, Thresholds(0.3, 0.7)) == pytest.approx((2 / 3, 0))
    assert answered_wrong(TARGETS, scores, Thresholds(0.0, 1.0)) == (0, 0)


def test_of_exclusive_classes_only_the_highest_score_has_to_be_right() -> None:
    scores = np.array([[0.1, 0.45], [0.9, 0.1], [0.7, 0.3]], dtype=np.float32)
    _, risk = risk_coverage(TARGETS, scores, exclusive=True)
    np.testing.assert_allclose(risk, [0, 1 / 2, 1 / 3])
    assert answered_wrong(TARGETS, scores, Thresholds(0.6, 0.4, exclusive=True)) == pytest.approx((1, 1 / 3))


def test_three_clear_classes_are_both_and_count_as_wrong() -> None:
    """Two classes present and a third between the thresholds: the verdict is `both`, and it is counted as that."""
    targets, scores = np.array([[1, 0, 0]], np.float32), np.array([[0.9, 0.9, 0.5]], np.float32)
    assert answered_wrong(targets, scores, Thresholds(0.3, 0.7)) == (1, 1)
