"""The calibration error: what it is, and what its interval promises."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.metrics import calibration_bins, calibration_error


def made_up(rng: np.random.Generator, n: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Targets and scores of two classes that are `temperature` times overconfident or, below 1, underconfident."""
    logits = rng.normal(0, 3, n)
    cat = rng.random(n) < 1 / (1 + np.exp(-logits))
    said = 1 / (1 + np.exp(-logits * temperature))
    return np.stack([cat, ~cat], axis=1).astype(np.float32), np.stack([said, 1 - said], axis=1).astype(np.float32)


def test_it_is_the_gap_between_saying_and_happening() -> None:
    said = np.full((1000, 1), 0.9, dtype=np.float32)
    happened = np.zeros((1000, 1), dtype=np.float32)
    happened[:600] = 1
    error = calibration_error(happened, said)
    assert error.value == pytest.approx(0.3, abs=1e-4)
    assert error.n == 1000


@pytest.mark.parametrize("n", [20, 200, 2000])
@pytest.mark.parametrize("temperature", [1.0, 2.0, 0.6])
def test_the_interval_holds_the_value_and_the_truth(n: int, temperature: float) -> None:
    rng = np.random.default_rng(0)
    true = calibration_error(*made_up(rng, 200_000, temperature)).value
    found = [calibration_error(*made_up(rng, n, temperature)) for _ in range(100)]
    assert all(one.low <= one.value <= one.high for one in found)
    assert sum(one.low <= true <= one.high for one in found) >= 93


def test_chance_alone_does_not_count_as_error() -> None:
    rng = np.random.default_rng(0)
    plain, debiased = [], []
    for _ in range(50):
        targets, scores = made_up(rng, 300, 1.0)
        gaps = [abs(one.predicted - one.happened.value) * one.happened.n for one in calibration_bins(targets, scores)]
        plain.append(sum(gaps) / targets.size)
        debiased.append(calibration_error(targets, scores).value)
    assert np.mean(debiased) < 0.6 * np.mean(plain)  # type: ignore[arg-type]


def test_the_order_of_photos_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    targets, scores = made_up(rng, 500, 2.0)
    scores = scores.round(1)  # many equal scores, at the edges of bins too
    order = rng.permutation(500)
    assert calibration_error(targets[order], scores[order]) == calibration_error(targets, scores)


def test_equal_scores_share_a_bin() -> None:
    scores = np.repeat(np.array([[0.1], [0.5], [0.9]], np.float32), 100, axis=0)
    bins = calibration_bins(np.zeros_like(scores), scores)
    assert [one.happened.n for one in bins] == [100, 100, 100]
    assert [one.predicted for one in bins] == pytest.approx([0.1, 0.5, 0.9])
