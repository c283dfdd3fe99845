"""Intervals of shares, checked against SciPy, by counting and by simulation."""

from __future__ import annotations

import random

import pytest

from pawsight.estimates import Estimate, proportion, sequential_interval, wilson_interval


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (0, 381), (3, 1900), (50, 100), (99, 100), (100, 100)])
def test_the_same_as_scipy(hits: int, n: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert wilson_interval(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(134, 200, 0.602, 0.731), (194, 200, 0.936, 0.986), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0)],
)
def test_wilson_agrees_with_published_intervals(hits: int, n: int, low: float, high: float) -> None:
    interval = proportion(hits, n)
    assert interval.value == hits / n
    assert interval.low == pytest.approx(low, abs=5e-4)
    assert interval.high == pytest.approx(high, abs=5e-4)


def test_a_share_of_nothing_has_no_value() -> None:
    assert proportion(0, 0) == Estimate(None, 0)


def test_all_photos_seen_leave_no_doubt() -> None:
    assert sequential_interval(3, 200, 200) == (3 / 200, 3 / 200)
    assert sequential_interval(0, 0, 200) == (0.0, 1.0)


def test_the_interval_of_a_finite_folder_is_narrower() -> None:
    few, many = (sequential_interval(0, 300, total, 0.01)[1] for total in (500, 100_000))
    assert few < many / 1.5


@pytest.mark.parametrize("bad", [6, 60])
def test_looking_at_more_until_it_is_proven_is_no_peeking(bad: int) -> None:
    """Of 400 audits that look after every tenth photo, at most 1 in 20 ever excludes the true share."""
    missed, draw = 0, random.Random(0)
    for _ in range(400):
        photos = [1] * bad + [0] * (600 - bad)
        draw.shuffle(photos)
        looks = range(10, 600, 10)
        ends = (sequential_interval(sum(photos[:n]), n, 600, 0.01) for n in looks)
        missed += any(not low <= bad / 600 <= high for low, high in ends)
    assert missed <= 20


def test_a_fixed_interval_peeked_at_is_wrong_more_often() -> None:
    """Why the sequence is needed: Wilson's interval, looked at again and again, excludes the truth far too often."""
    missed, draw = 0, random.Random(0)
    for _ in range(400):
        photos = [1] * 60 + [0] * 540
        draw.shuffle(photos)
        ends = (wilson_interval(sum(photos[:n]), n) for n in range(10, 600, 10))
        missed += any(not low <= 0.1 <= high for low, high in ends)
    assert missed > 60
