"""Intervals that hold at the border, checked by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.metrics.intervals import auc, f1, mean_auc, mean_f1, mean_of_losses, mean_share


def test_f1_is_its_definition() -> None:
    one = f1(hits=6, errors=2)
    assert (one.value, one.n) == (pytest.approx(12 / 14), 8)
    assert f1(0, 0).value is None


def test_a_perfect_area_of_few_photos_is_not_certain() -> None:
    few, many = auc(1.0, 30, 30), auc(1.0, 3000, 3000)
    assert (few.value, few.high) == (1, 1)
    assert few.low < 0.95 < many.low < 1
    assert auc(0.0, 30, 30).high == pytest.approx(1 - few.low)
    assert auc(float("nan"), 0, 30).value is None


@pytest.mark.parametrize("distance", [0.0, 1.0, 4.0])
def test_the_area_s_interval_holds_the_truth(distance: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    true, rng, held = stats.norm.cdf(distance / np.sqrt(2)), np.random.default_rng(0), 0
    for _ in range(200):
        with_it, without = rng.normal(distance, 1, 25), rng.normal(0, 1, 40)
        one = auc(float((with_it[:, None] > without).mean()), 25, 40)
        held += one.low <= true <= one.high
    assert held >= 186


@pytest.mark.long
@pytest.mark.parametrize("share", [0.999, 0.98, 0.8])
@pytest.mark.parametrize(("classes", "n"), [(2, 30), (10, 10), (10, 200)])
def test_the_mean_of_recalls_holds_the_truth(share: float, classes: int, n: int) -> None:
    rng, held = np.random.default_rng(0), 0
    for _ in range(100):
        one = mean_share(rng.binomial(n, share, classes), np.full(classes, n), n * classes)
        held += one.low <= share <= one.high
    assert held >= 93


def test_the_mean_of_one_share_has_the_interval_of_clopper_and_pearson() -> None:
    stats = pytest.importorskip("scipy.stats")
    for hits in (0, 3, 60):
        one = mean_share(np.array([hits]), np.array([60]), 60)
        exact = stats.binomtest(hits, 60).proportion_ci(0.95, method="exact")
        assert (one.low, one.high) == pytest.approx((exact.low, exact.high), abs=0.01)


def test_the_mean_f1_of_two_classes_is_as_wide_as_each() -> None:
    """Every error counts in both."""
    both = mean_f1(np.array([90, 90]), np.array([10, 10]), 110)
    assert (both.low, both.high) == pytest.approx((f1(90, 10).low, f1(90, 10).high), abs=0.01)
    assert mean_f1(np.array([30] * 5), np.array([0] * 5), 150).low < 0.99


def test_the_mean_area_is_as_wide_as_its_parts() -> None:
    part = auc(0.9, 30, 30)
    assert mean_auc([part, part, auc(float("nan"), 0, 60)], 60).low == pytest.approx(part.low)
    assert mean_auc([], 60).value is None


def test_losses_of_0_and_1_have_the_interval_of_clopper_and_pearson() -> None:
    stats = pytest.importorskip("scipy.stats")
    for wrong in (0, 3):
        losses = np.zeros(60)
        losses[:wrong] = 1
        one = mean_of_losses(losses, worst=1.0)
        exact = stats.binomtest(wrong, 60).proportion_ci(0.95, method="exact")
        assert (one.low, one.high) == pytest.approx((exact.low, exact.high), abs=0.01)
        assert one.value == wrong / 60
