"""Scaling, gate and thresholds do what they promise on made-up scores."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.metrics import answered_wrong, calibration_error
from pawsight.model.card import Thresholds
from pawsight.model.decision import NEITHER_CODE, decide_all
from pawsight.train.calibrate import ERROR_BUDGET, Scaling, fit_budgets, fit_scaling, fit_thresholds, limit_refusals


def draw(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are calibrated as they are, and what happened."""
    logits = rng.normal(0, 3, (n, 2))
    return logits, (rng.random(logits.shape) < 1 / (1 + np.exp(-logits))).astype(np.float32)


def test_slopes_and_biases_are_undone_for_each_class() -> None:
    logits, targets = draw(np.random.default_rng(0), 20_000)
    scaling = fit_scaling(logits * [0.5, 3.0] + [1.0, -2.0], targets)
    assert scaling.slope == pytest.approx([2, 1 / 3], rel=0.05)
    assert scaling.bias == pytest.approx([-2, 2 / 3], abs=0.1)


@pytest.mark.parametrize("n", [3, 10, 30, 1000])
def test_how_sure_scores_may_be_depends_on_the_number_of_photos(n: int) -> None:
    """All correct, by a wide margin: a temperature of 0.05 would call each certain."""
    targets = np.tile(np.eye(2, dtype=np.float32), (n, 1))
    scaled = fit_scaling(6 * targets - 3, targets)(6 * targets - 3)
    assert (1 / (1 + np.exp(-scaled))).max() <= (n + 1) / (n + 2) + 0.01


def test_calibration_fitted_on_one_half_holds_on_the_other() -> None:
    """Where one temperature for all classes leaves the calibration error of a shifted class."""
    rng = np.random.default_rng(0)
    (logits, targets), (others, happened) = draw(rng, 2000), draw(rng, 2000)
    shift = np.array([1.5, -1.5])

    def error(scaling: Scaling) -> float:
        scores = 1 / (1 + np.exp(-scaling(others + shift)))
        return calibration_error(happened, scores.astype(np.float32)).value or 0.0

    one_temperature = Scaling(np.ones(2, np.float32), np.zeros(2, np.float32))
    assert error(fit_scaling(logits + shift, targets)) < 0.02 < error(one_temperature)


def test_thresholds_keep_the_error_budget() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(5000) < 0.5
    cat = np.clip(np.where(truth, 0.8, 0.2) + rng.normal(0, 0.2, 5000), 0, 1)
    scores = np.stack([cat, 1 - cat], axis=1).astype(np.float32)
    targets = np.stack([truth, ~truth], axis=1).astype(np.float32)
    answered, wrong = answered_wrong(targets, scores, fit_thresholds(scores, targets, budget=0.01))
    assert wrong <= 0.01
    assert answered > 0.5


def test_sure_and_right_scores_of_many_photos_need_no_caution() -> None:
    targets = np.tile(np.eye(2, dtype=np.float32), (300, 1))
    assert fit_thresholds(targets * 0.9 + 0.05, targets).present == 0.5


@pytest.mark.parametrize("exclusive", [False, True])
def test_one_photo_in_the_wrong_folder_does_not_move_the_thresholds(exclusive: bool) -> None:
    """Of 120 photos: they went from 0.44 and 0.56 to 0.01 and 0.99, and most new photos were `unsure`."""
    targets = np.tile(np.eye(2, dtype=np.float32), (60, 1))
    scores = targets * 0.9 + 0.05
    clean = fit_thresholds(scores, targets, exclusive=exclusive)
    targets[0] = targets[0, ::-1]
    assert fit_thresholds(scores, targets, exclusive=exclusive).present <= clean.present + 0.05


def test_where_no_budget_can_be_proven_some_photos_are_still_answered() -> None:
    """The strictest thresholds were the fallback: worse than none."""
    targets = np.tile(np.eye(2, dtype=np.float32), (5, 1))
    scores = targets * 0.8 + 0.1
    assert fit_budgets(scores, targets) == {}
    assert answered_wrong(targets, scores, fit_thresholds(scores, targets)) == (1, 0)
    assert fit_thresholds(scores, targets, least=0.85).present == 0.85


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


def test_the_default_thresholds_keep_their_budget_on_photos_never_seen() -> None:
    """The first margin that looked good enough broke it in 37 of 100 draws."""
    rng = np.random.default_rng(2)
    scores, targets = made_up(rng, 100_000)
    kept = sum(
        answered_wrong(targets, scores, fit_thresholds(*made_up(rng, 2000)))[1] <= ERROR_BUDGET for _ in range(50)
    )
    assert kept >= 47


@pytest.mark.parametrize("exclusive", [False, True])
def test_budgets_count_what_the_verdicts_say(exclusive: bool) -> None:
    """Of three classes, two present and one between the thresholds is `both`, and wrong: never "not answered"."""
    rng = np.random.default_rng(0)
    targets = np.eye(3, dtype=np.float32)[np.arange(900) % 3]
    scores = np.clip(targets * 0.9 + rng.exponential(0.08, targets.shape), 0, 1).astype(np.float32)
    for budget in fit_budgets(scores, targets, exclusive=exclusive).values():
        answered, wrong = answered_wrong(targets, scores, budget.thresholds)
        assert (1 - budget.unsure.value, budget.wrong.value) == pytest.approx((answered, wrong))


def test_smaller_budgets_leave_more_to_people() -> None:
    budgets = fit_budgets(*made_up(np.random.default_rng(1), 2000))
    assert all(one.wrong.high is not None and one.wrong.high <= float(most) for most, one in budgets.items())
    unsure = [one.unsure.value for one in budgets.values()]
    assert unsure == sorted(unsure, reverse=True)  # type: ignore[type-var]
    assert unsure[0] > unsure[-1]
    assert all(one.unsure.n == 2000 and one.wrong.n == 2000 * (1 - one.unsure.value) for one in budgets.values())


def test_what_too_few_photos_cannot_promise_is_left_out() -> None:
    targets = np.eye(2, dtype=np.float32)[[0, 1] * 100]
    assert list(fit_budgets(targets, targets)) == ["0.02", "0.05", "0.1"]
    assert fit_budgets(np.full((9, 2), 0.5, np.float32), targets[:9]) == {}


def test_few_photos_of_the_classes_are_called_neither() -> None:
    best = np.array([0.02, 0.1, 0.2, 0.29] + [0.9] * 996)
    scores = np.column_stack([best, np.zeros(1000)])
    targets = np.tile([1.0, 0.0], (1000, 1))
    others = np.full((50, 2), 0.01)  # photos of neither may be called so
    scores, targets = np.concatenate([scores, others]), np.concatenate([targets, np.zeros((50, 2))])
    before = Thresholds(0.36, 0.64)
    for most, absent, refused in ((0.0, 0.01, 0), (0.002, 0.19, 2), (0.003, 0.28, 3), (0.01, 0.36, 4), (1.0, 0.36, 4)):
        limited = limit_refusals(before, scores, targets, most)
        assert (limited.absent, limited.present) == (pytest.approx(absent), 0.64)
        assert (decide_all(scores[:1000], limited) == NEITHER_CODE).sum() == refused


def test_no_photo_at_all_is_refused_where_the_lowest_scores_are_zero() -> None:
    scores, targets = np.array([[0.0, 0.0], [0.9, 0.0]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    assert limit_refusals(Thresholds(0.4, 0.6), scores, targets, 0.0).absent == 0
