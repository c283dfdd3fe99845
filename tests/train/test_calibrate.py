"""Temperature, gate and thresholds do what they promise on made-up scores."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.train.calibrate import fit_budgets, fit_gate, fit_temperature, fit_thresholds


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_temperature_undoes_a_scale(factor: float) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 2))
    targets = (rng.random(logits.shape) < 1 / (1 + np.exp(-logits))).astype(np.float32)
    assert fit_temperature(logits * factor, targets) == pytest.approx(factor, rel=0.05)


def test_thresholds_keep_the_error_budget() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(5000) < 0.5
    cat = np.clip(np.where(truth, 0.8, 0.2) + rng.normal(0, 0.2, 5000), 0, 1)
    scores = np.stack([cat, 1 - cat], axis=1).astype(np.float32)
    targets = np.stack([truth, ~truth], axis=1).astype(np.float32)
    thresholds = fit_thresholds(scores, targets, budget=0.005)
    answered = (scores.max(axis=1) >= thresholds.present) & (scores.min(axis=1) <= thresholds.absent)
    wrong = (scores.argmax(axis=1) != targets.argmax(axis=1))[answered]
    assert wrong.mean() <= 0.005
    assert answered.mean() > 0.5
    looser = thresholds.present - 0.01
    answered = (scores.max(axis=1) >= looser) & (scores.min(axis=1) <= 1 - looser)
    assert (scores.argmax(axis=1) != targets.argmax(axis=1))[answered].mean() > 0.005


def test_sure_and_right_scores_need_no_caution() -> None:
    targets = np.eye(2, dtype=np.float32)
    assert fit_thresholds(targets * 0.9 + 0.05, targets).present == 0.5


def test_a_gate_is_half_open_for_the_hardest_photos() -> None:
    evidence = np.random.default_rng(0).normal(0, 3, 100_000).astype(np.float32)
    slope, middle = fit_gate(evidence)
    assert slope > 1
    assert np.mean(evidence < middle) == pytest.approx(0.0005, abs=0.0001)


def made_up(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of a classifier that errs now and then, more often where it is less sure."""
    truth = rng.random(n) < 0.5
    cat = 1 / (1 + np.exp(-(np.where(truth, 3.5, -3.5) + rng.normal(0, 2, n))))
    return np.stack([cat, 1 - cat], axis=1).astype(np.float32), np.stack([truth, ~truth], axis=1).astype(np.float32)


def test_a_budget_is_kept_on_photos_never_seen() -> None:
    """In at least 95 of 100 draws of held-out photos, the thresholds chosen on them keep the budget on many others."""
    rng = np.random.default_rng(0)
    scores, targets = made_up(rng, 200_000)
    wrong = np.any((scores >= 0.5) != (targets >= 0.5), axis=1)
    assert wrong.mean() > 0.03  # without thresholds the budget would not be kept
    kept = 0
    for _ in range(100):
        present = fit_budgets(*made_up(rng, 2000))["0.01"].thresholds.present
        answered = np.all((scores >= present) | (scores <= 1 - present), axis=1)
        kept += wrong[answered].mean() <= 0.01
    assert kept >= 95


def test_smaller_budgets_leave_more_to_people() -> None:
    budgets = fit_budgets(*made_up(np.random.default_rng(1), 2000))
    assert all(one.wrong.high is not None and one.wrong.high <= float(most) for most, one in budgets.items())
    unsure = [one.unsure.value for one in budgets.values()]
    assert unsure == sorted(unsure, reverse=True)
    assert unsure[0] > unsure[-1]
    assert all(one.unsure.n == 2000 and one.wrong.n == 2000 * (1 - one.unsure.value) for one in budgets.values())


def test_what_too_few_photos_cannot_promise_is_left_out() -> None:
    targets = np.eye(2, dtype=np.float32)[[0, 1] * 100]
    assert list(fit_budgets(targets, targets)) == ["0.02", "0.05", "0.1"]
    assert fit_budgets(np.full((9, 2), 0.5, np.float32), targets[:9]) == {}
