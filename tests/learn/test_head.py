"""Heads that are as sure as their photos allow."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.learn.head import fit_head, fit_heads, sigmoid, temperature_for


def test_few_photos_all_told_right_do_not_make_it_certain() -> None:
    """Ten photos of each class, told apart by far: nobody knows more than about 11 in 12."""
    targets = np.eye(2, dtype=np.float32)[np.arange(20) % 2]
    logits = (8 * targets - 4).astype(np.float32)
    scores = sigmoid(logits, temperature_for(logits, targets))
    assert scores.max() == pytest.approx(11 / 12, abs=0.01)


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_many_photos_are_calibrated_as_they_are(factor: float) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 2)).astype(np.float32)
    targets = (rng.random(logits.shape) < sigmoid(logits)).astype(np.float32)
    assert temperature_for(logits * factor, targets) == pytest.approx(factor, rel=0.05)


def test_scores_of_extreme_logits() -> None:
    assert sigmoid(np.array([-1e4, 0, 1e4], np.float32)).tolist() == [0, 0.5, 1]


def test_heads_come_in_the_order_of_their_jobs() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, (40, 5)).astype(np.float32)
    targets = np.stack([features[:, 0] > 0, features[:, 1] > 0], axis=1).astype(np.float32)
    jobs = [(np.arange(start, start + 30), strength) for start in (0, 10) for strength in (0.1, 1.0)]
    for (chosen, strength), head in zip(jobs, fit_heads(features, targets, jobs), strict=True):
        np.testing.assert_array_equal(head.weights, fit_head(features[chosen], targets[chosen], strength).weights)
        assert np.abs(head.weights[0, 0]) > np.abs(head.weights[2, 0])
