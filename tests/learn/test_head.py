"""Heads that are as sure as their photos allow, and that know other things when they see them."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.learn.head import HeadJob, ceilings, fit_head, fit_heads, to_scores

NONE = np.empty((0, 5), np.float32)


def clouds(classes: int, number: int, seed: int = 0, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features `(N, 8)` of classes that point in different directions, and their targets."""
    labels = np.arange(classes * number) % classes
    features = np.random.default_rng(seed).normal(0, 0.2, (len(labels), 8)).astype(np.float32)
    features[np.arange(len(labels)), first + labels] += 1
    return features, np.eye(classes, dtype=np.float32)[labels]


@pytest.mark.parametrize("exclusive", [True, False])
def test_other_things_are_taken_for_no_class(exclusive: bool) -> None:
    """Also those of a kind that the head never saw: they point elsewhere."""
    features, targets = clouds(3, 30)
    outliers, _ = clouds(2, 20, seed=1, first=3)
    head = fit_head(features, targets, 0.1, exclusive=exclusive, outliers=outliers)
    assert (head.scores(features).argmax(axis=1) == targets.argmax(axis=1)).all()
    assert head.scores(features).max(axis=1).min() > 0.4
    strange, _ = clouds(2, 20, seed=2, first=5)
    assert np.median(head.scores(strange).max(axis=1)) < 0.4


def test_shares_of_exclusive_classes_are_one_probability() -> None:
    features, targets = clouds(3, 10)
    head = fit_head(features, targets, 0.1, exclusive=True, outliers=np.empty((0, 8), np.float32))
    assert head.weights.shape == (8, 3)  # nothing to learn "none of them" from
    assert (head.scores(features).sum(axis=1) <= 1).all()
    np.testing.assert_allclose(head.weights.sum(axis=1), 0, atol=1e-5)


@pytest.mark.parametrize("n", [3, 10, 30])
def test_no_score_is_surer_than_so_many_photos_can_be(n: int) -> None:
    targets = np.tile(np.eye(2, dtype=np.float32), (n, 1))
    scores = to_scores(100 * (2 * targets - 1), ceilings(targets), exclusive=True)
    assert scores.max() == pytest.approx((n + 1) / (n + 2))


def test_a_class_without_a_photo_is_never_predicted() -> None:
    features, targets = clouds(2, 10)
    wider = np.concatenate([targets, np.zeros((20, 1), np.float32)], axis=1)
    for exclusive in (True, False):
        head = fit_head(features, wider, 0.1, exclusive=exclusive, outliers=np.empty((0, 8), np.float32))
        assert head.scores(features)[:, 2].max() < 0.01


def test_scores_of_extreme_logits() -> None:
    logits, ceiling = np.array([[-1e4], [0], [1e4]], np.float32), np.ones(1, np.float32)
    assert to_scores(logits, ceiling, exclusive=False).ravel().tolist() == [0, 0.5, 1]


def test_heads_come_in_the_order_of_their_jobs() -> None:
    features, targets = clouds(2, 20)
    bank, _ = clouds(2, 10, first=4)
    seen = np.ones(20, bool)
    jobs = [HeadJob(np.arange(start, start + 30), seen, one) for start in (0, 10) for one in (0.1, 1.0)]
    for job, head in zip(jobs, fit_heads(features, targets, bank, jobs, exclusive=True), strict=True):
        chosen = job.train
        alone = fit_head(features[chosen], targets[chosen], job.strength, exclusive=True, outliers=bank)
        np.testing.assert_array_equal(head.weights, alone.weights)
