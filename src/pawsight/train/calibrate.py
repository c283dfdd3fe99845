"""Make scores mean what they say, and choose when to say nothing. Everything here is fitted on validation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

from pawsight.estimates import proportion
from pawsight.model.card import Budget, Thresholds
from pawsight.model.decision import UNSURE_CODE, decide_all, shown
from pawsight.types import Floats

ERROR_BUDGET = 0.01
LABEL_ERRORS = 0.002  # share of photos whose label is wrong, where nobody has counted
BUDGETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
_MARGINS = np.round(np.arange(0.5, 1.0, 0.01), 2)
_PRIOR = 3.0  # standard deviation of log slopes and biases before any photo is seen


@dataclass(frozen=True)
class Scaling:
    """Calibrated logits are `slope * logits + bias`; both `(C,)` float32."""

    slope: Floats
    bias: Floats

    def __call__(self, logits: Floats) -> Floats:
        """Calibrate `(N, C)` logits."""
        scaled: Floats = logits * self.slope + self.bias
        return scaled


def fit_scaling(logits: Floats, targets: Floats) -> Scaling:
    """Fit a slope and a bias per class, by binary cross-entropy (Platt 1999).

    How sure scores may be depends on the number of photos: a class that was seen n times in n photos is expected n + 1
    times in n + 2 (Platt's targets), and slopes and biases are pulled to 1 and 0, with less weight than one photo has.

    Args:
        logits: `(N, C)`, of photos that the model did not learn from.
        targets: `(N, C)`, 0 or 1.
    """
    wanted = soften(targets).astype(np.float64)
    fits = [_fit_line(logits[:, place].astype(np.float64), wanted[:, place]) for place in range(targets.shape[1])]
    slopes, biases = np.array(fits, dtype=np.float32).T
    return Scaling(slopes, biases)


def _fit_line(logits: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> tuple[float, float]:
    def loss(line: npt.NDArray[np.float64]) -> float:
        scaled = np.exp(line[0]) * logits + line[1]
        return float(np.sum(np.logaddexp(0, scaled) - wanted * scaled) + (line @ line) / (2 * _PRIOR**2))

    line = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-4, 4), (-8, 8)]).x
    return float(np.exp(line[0])), float(line[1])


def fit_softmax_scaling(logits: Floats, targets: Floats, photos: int) -> Scaling:
    """Fit one slope for the logits of exclusive classes, and a bias for "none of them".

    As sure as the number of photos allows: the class shown is expected n + 1 times in n + 2. A wrong label moves the
    slope little: no photo costs more than a prediction by chance would (a lapse rate: Wichmann and Hill 2001).

    Args:
        logits: `(N, K)`, of photos that the model did not learn from; K is C, or C + 1 with "none of them" last.
        targets: `(N, C)`, 0 or 1; all 0 for photos of none of the classes.
        photos: rows that are photos of the user; those after them are outliers and together weigh a quarter as much.
    """
    wanted = _with_none(targets, logits.shape[1])
    smallest, lapse = max(1.0, float(wanted.sum(axis=0).min())), 0.5 / (float(wanted.sum(axis=0).max()) + 2)
    sure = (smallest + 1) / (smallest + 2)
    soft = wanted * sure + (1 - wanted) * (1 - sure) / max(1, logits.shape[1] - 1)
    weight = np.ones(len(logits))
    weight[photos:] = 0.25 * photos / max(1, len(logits) - photos)

    def loss(line: npt.NDArray[np.float64]) -> float:
        scaled = np.exp(line[0]) * logits.astype(np.float64)
        scaled[:, targets.shape[1] :] += line[1]
        shares = np.exp(scaled - logsumexp(scaled, axis=1, keepdims=True))
        losses = -(soft * np.log((1 - lapse) * shares + lapse / logits.shape[1])).sum(axis=1)
        return float(weight @ losses + (line @ line) / (2 * _PRIOR**2))

    line = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-4, 4), (-8, 8)]).x
    slope, bias = np.full(logits.shape[1], np.exp(line[0]), np.float32), np.zeros(logits.shape[1], np.float32)
    bias[targets.shape[1] :] = line[1]
    return Scaling(slope, bias)


def _with_none(targets: Floats, count: int) -> npt.NDArray[np.float64]:
    """Add a column for photos of none of the classes, where there is one: `(N, count)`."""
    none = (targets.sum(axis=1, keepdims=True) == 0).astype(np.float64)
    return np.concatenate([targets.astype(np.float64), none], axis=1)[:, :count]


def soften(targets: Floats) -> Floats:
    """Replace 0 and 1 by what so many photos can prove (Platt 1999): 1 by (n + 1) / (n + 2) for a class seen in n."""
    seen = targets.sum(axis=0)
    present, absent = (seen + 1) / (seen + 2), 1 / (len(targets) - seen + 2)
    softened: Floats = absent + targets * (present - absent)
    return softened


def fit_thresholds(
    scores: Floats,
    targets: Floats,
    budget: float = ERROR_BUDGET,
    *,
    exclusive: bool = False,
    least: float = 0.5,
    refuse: float = 1.0,
) -> Thresholds:
    """Choose the thresholds that a model answers with where nobody asks for another error budget.

    They are those of `fit_budgets` for `budget`, or for the next larger one that so few photos can prove. Wrong labels
    among the photos make the budget that can be proven larger, and do not drive the thresholds to the ends. Where not
    even the largest can be proven, they are the ones with the smallest share of errors that cannot be ruled out.

    Args:
        scores, targets: see `fit_budgets`.
        budget: largest share of wrong verdicts among those other than `unsure`.
        exclusive, least, refuse: see `fit_budgets`.
    """
    tried = _try_margins(scores, targets, exclusive, least, refuse)
    for most in (budget, *(larger for larger in BUDGETS if larger > budget)):
        if found := _keeps(tried, most):
            return found.thresholds
    return min(tried, key=_most_wrong).thresholds


def fit_budgets(
    scores: Floats, targets: Floats, *, exclusive: bool = False, least: float = 0.5, refuse: float = 1.0
) -> dict[str, Budget]:
    """For each of `BUDGETS`, find the least strict thresholds that can be relied on to keep it.

    What counts is not the share of wrong verdicts seen but the upper end of its 95 % interval, so that other photos of
    the kind keep the budget too. Verdicts are those of `pawsight.model.decision`.

    Args:
        scores: `(N, C)`, 0..1, of photos that the model did not learn from.
        targets: `(N, C)`, 0 or 1.
        exclusive: whether the classes exclude each other.
        least: smallest score from which a class is said to be there.
        refuse: largest sum of scores up to which exclusive classes are all said not to be there.

    Returns:
        Budget, such as `0.01`, -> what it takes. Budgets that cannot be proven with this many photos are left out.
    """
    tried = _try_margins(scores, targets, exclusive, least, refuse)
    found = {f"{most:g}": _keeps(tried, most) for most in BUDGETS}
    return {most: one for most, one in found.items() if one}


def limit_refusals(thresholds: Thresholds, scores: Floats, targets: Floats, most: float) -> Thresholds:
    """Lower `absent` until few photos of the classes are called `neither`; the others of them become `unsure`.

    A pet that is called nothing is lost in a pile that nobody looks at, while what is unsure gets a second look.

    Args:
        thresholds: to begin with, of classes that do not exclude each other.
        scores, targets: see `fit_budgets`.
        most: largest share of the photos of the classes that may be called `neither`.
    """
    best = np.sort(scores[targets.any(axis=1)].max(axis=1))
    allowed = int(most * len(best))
    if allowed >= len(best):
        return thresholds
    below = max(0, math.floor(100 * (float(best[allowed]) - 1e-6))) / 100  # less than the next photo's score
    return msgspec.structs.replace(thresholds, absent=min(thresholds.absent, below))


def _try_margins(scores: Floats, targets: Floats, exclusive: bool, least: float, refuse: float) -> list[Budget]:
    """Return what thresholds do, from the least strict ones to the strictest."""
    truth = shown(targets)
    margins = [float(margin) for margin in _MARGINS if margin >= min(least, _MARGINS[-1])]
    all_thresholds = (Thresholds(min(refuse, round(1 - margin, 2)), margin, exclusive) for margin in margins)
    return [_judge(decide_all(scores, thresholds), truth, thresholds) for thresholds in all_thresholds]


def _judge(verdicts: npt.NDArray[np.int64], truth: npt.NDArray[np.int64], thresholds: Thresholds) -> Budget:
    answered = verdicts != UNSURE_CODE
    wrong, given = int((answered & (verdicts != truth)).sum()), int(answered.sum())
    return Budget(thresholds, proportion(len(truth) - given, len(truth)), proportion(wrong, given))


def _keeps(tried: list[Budget], most: float) -> Budget | None:
    return next((one for one in tried if _most_wrong(one) <= most), None)


def _most_wrong(budget: Budget) -> float:
    return 1.0 if budget.wrong.high is None else budget.wrong.high
