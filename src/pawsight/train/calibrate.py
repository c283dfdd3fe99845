"""Make scores mean what they say, and choose when to say nothing. Everything here is fitted on validation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from pawsight.card import Budget, Metric, Thresholds
from pawsight.intervals import wilson_interval
from pawsight.types import Floats

ERROR_BUDGET = 0.005
REFUSED = 0.0005
STEEPNESS = 5.0
BUDGETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
_MARGINS = np.round(np.arange(0.5, 1.0, 0.01), 2)


def fit_temperature(logits: Floats, targets: Floats) -> float:
    """The one number that logits are divided by, so that scores are neither too sure nor too shy.

    Temperature scaling (Guo et al., arXiv 1706.04599), by mean binary cross-entropy.

    Args:
        logits: `(N, C)`.
        targets: `(N, C)`, 0 or 1.
    """

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        return float(np.mean(np.logaddexp(0, scaled) - targets * scaled))

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def fit_gate(evidence: Floats) -> tuple[float, float]:
    """Choose how steep a gate is, and where it is half open.

    Args:
        evidence: `(N,)`, log odds that any class is there, of photos that show one.

    Returns:
        slope and middle: half open where `REFUSED` of these photos lie below. Less steep, it would take from the
        scores of common photos; later, it would refuse more of them; other things lie far below either way.
    """
    return STEEPNESS, float(np.quantile(evidence, REFUSED))


def fit_thresholds(scores: Floats, targets: Floats, budget: float = ERROR_BUDGET) -> Thresholds:
    """The least strict thresholds that keep wrong answers within a budget.

    A photo is answered when every score is at or outside the thresholds; the answer is wrong when any class is told
    wrongly. What is not answered is `unsure`.

    Args:
        scores: `(N, C)`, 0..1.
        targets: `(N, C)`, 0 or 1.
        budget: largest share of wrong answers among the answered.

    Returns:
        Thresholds that lie evenly around one half; the strictest tried where none keeps the budget.
    """
    for margin in _MARGINS:
        answered, wrong = _told(scores, targets, margin)
        if answered.any() and wrong.sum() <= budget * answered.sum():
            break
    return _thresholds(margin)


def fit_budgets(scores: Floats, targets: Floats) -> dict[str, Budget]:
    """For each of `BUDGETS`, the least strict thresholds that can be relied on to keep it.

    Stricter than `fit_thresholds`: not the share of wrong answers seen has to be within the budget, but the upper end
    of its 95 % interval, so that the promise holds for other photos of the kind too.

    Args:
        scores: `(N, C)`, 0..1.
        targets: `(N, C)`, 0 or 1.

    Returns:
        Budget, such as `0.01`, -> what it takes. Budgets that cannot be promised from this many photos are left out.
    """
    tried = [_budget(scores, targets, margin) for margin in _MARGINS]
    found = {f"{most:g}": next((one for one in tried if _high(one) <= most), None) for most in BUDGETS}
    return {most: one for most, one in found.items() if one}


def _budget(scores: Floats, targets: Floats, margin: float) -> Budget:
    answered, wrong = _told(scores, targets, margin)
    return Budget(_thresholds(margin), _share((~answered).sum(), len(answered)), _share(wrong.sum(), answered.sum()))


def _high(budget: Budget) -> float:
    return 1.0 if budget.wrong.high is None else budget.wrong.high


def _share(hits: int, n: int) -> Metric:
    return Metric(int(hits) / int(n), int(n), *wilson_interval(int(hits), int(n))) if n else Metric(0.0, 0)


def _told(scores: Floats, targets: Floats, margin: float) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which photos get an answer, `(N,)`, and which of them a wrong one."""
    answered = np.all((scores >= margin) | (scores <= 1 - margin), axis=1)
    return answered, answered & np.any((scores >= 0.5) != (targets >= 0.5), axis=1)


def _thresholds(margin: float) -> Thresholds:
    return Thresholds(absent=round(1 - float(margin), 2), present=float(margin))
