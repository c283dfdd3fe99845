from __future__ import annotations

import numpy as np
import pytest

from pawsight.archive.statistics import drift


def beta(a: float, b: float, n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).beta(a, b, n).astype(np.float32)


def test_the_distance_is_that_of_scipy() -> None:
    scipy = pytest.importorskip("scipy.stats", reason="compares with SciPy, which comes with the extra train")
    for seed in range(5):
        scores, reference = beta(2, 3, 80 + seed, seed), beta(3, 3, 200, 100 + seed)
        assert drift(scores, reference).distance == pytest.approx(scipy.ks_2samp(scores, reference).statistic, abs=1e-6)


def test_the_limit_is_passed_by_chance_once_in_a_hundred_times() -> None:
    chance = sum(drift(beta(2, 2, 300, seed), beta(2, 2, 400, 10_000 + seed)).drifted for seed in range(1000))
    assert 1 <= chance <= 25


def test_a_shift_is_seen() -> None:
    seen = drift(beta(5, 2, 300, 1), beta(2, 2, 400, 2))
    assert seen.drifted
    assert (seen.n, seen.reference_n) == (300, 400)


def test_the_same_scores_are_no_distance_apart() -> None:
    scores = np.array([0.0, 0.5, 0.5, 1.0], dtype=np.float32)
    assert drift(scores, scores).distance == 0
    assert drift(np.zeros(3, np.float32), np.ones(4, np.float32)).distance == 1


def test_nothing_to_compare() -> None:
    with pytest.raises(ValueError, match="received 0 and 3"):
        drift(np.zeros(0, np.float32), np.zeros(3, np.float32))
