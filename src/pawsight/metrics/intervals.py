"""95 % intervals that hold at the border: they never shrink to a point, however perfect a small sample looks."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt

from pawsight.estimates import NOT_MEASURED, Estimate, wilson_interval

DRAWS = 1000
_Z = 1.959963984540054
_HALVINGS = 50

Labels = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


def f1(hits: int, errors: int) -> Estimate:
    """Return the F1 score of a class.

    Its interval is Wilson's for the share of hits among hits and errors, of which F1 is a monotone function (Lam,
    arXiv 2309.14621, the indirect Wilson interval).

    Args:
        hits: photos that show the class and were taken for it.
        errors: photos that show it or were taken for it, but not both.
    """
    n = hits + errors
    if not n:
        return NOT_MEASURED
    value, low, high = (2 * share / (1 + share) for share in (hits / n, *wilson_interval(hits, n)))
    return Estimate(value, n, low, high)


def auc(value: float, positives: int, negatives: int) -> Estimate:
    """Return an area under a ROC curve with Newcombe's score interval (Statistics in Medicine 25, 2006, method 5).

    Args:
        value: the area, 0..1; NaN where one of the two numbers is 0.
        positives, negatives: photos with and without the class.
    """
    n = positives + negatives
    if np.isnan(value):
        return Estimate(None, n)
    value = float(value)
    ends = (_auc_end(value, border, positives, negatives) for border in (0.0, 1.0))
    return Estimate(value, n, *ends)


def _auc_end(value: float, border: float, positives: int, negatives: int) -> float:
    """Return the area farthest from `value` towards a border whose score test does not reject it."""
    inside, outside = value, border
    for _ in range(_HALVINGS):
        area = (inside + outside) / 2
        spread = (1 - area) / (2 - area) + area / (1 + area)
        variance = area * (1 - area) * (1 + ((positives + negatives) / 2 - 1) * spread) / (positives * negatives)
        inside, outside = (area, outside) if abs(value - area) <= _Z * sqrt(variance) else (inside, area)
    return inside


def mean_auc(areas: Sequence[Estimate], n: int) -> Estimate:
    """Return the plain mean of areas, with the means of their intervals' ends: every photo counts in every area."""
    known = [(one.value, one.low, one.high) for one in areas if one.value is not None]
    if not known:
        return Estimate(None, n)
    value, low, high = np.array(known, dtype=np.float64).mean(axis=0).tolist()
    return Estimate(value, n, low, high)


def mean_share(hits: Labels, of: Labels, n: int) -> Estimate:
    """Return the plain mean of shares that rest on different photos.

    Its interval is drawn from the distributions that give the ends of Clopper and Pearson's for each share (Gaffke;
    Learned-Miller and Thomas, arXiv 1905.06208); of a single share it is that interval.

    Args:
        hits, of: `(C,)`, how many of how many had it; a share of none is 0, and may be anything.
        n: photos that the mean rests on.
    """
    return _mean(hits / np.maximum(of, 1), _draw_shares(hits, of), n, 1.0)


def mean_f1(hits: Labels, errors: Labels, n: int) -> Estimate:
    """Return the plain mean of F1 scores, with an interval as that of `mean_share`.

    An error counts in two classes, so that the variance of the mean is up to twice that of independent scores.

    Args:
        hits, errors: `(C,)`, see `f1`.
        n: photos that the mean rests on.
    """
    share, draws = hits / np.maximum(hits + errors, 1), _draw_shares(hits, hits + errors)
    return _mean(2 * share / (1 + share), 2 * draws / (1 + draws), n, sqrt(min(2, len(hits))))


def _draw_shares(hits: Labels, of: Labels) -> Numbers:
    """Return `(2, DRAWS, C)`: what the shares may be at least, and at most."""
    rng, shape = np.random.default_rng(0), (DRAWS, len(hits))
    tiny = 1e-9  # stands for 0, which the beta distribution does not take: all its mass is at one end
    low = rng.beta(np.maximum(hits, tiny), of - hits + 1, shape)
    high = rng.beta(hits + 1, np.maximum(of - hits, tiny), shape)
    return np.stack([low, high])


def _mean(values: Numbers, draws: Numbers, n: int, widened: float) -> Estimate:
    value, means = float(values.mean()), draws.mean(axis=2)
    low, high = float(np.quantile(means[0], 0.025)), float(np.quantile(means[1], 0.975))
    below, above = (max(0.0, widened * part) for part in (value - low, high - value))
    return Estimate(value, n, max(0.0, value - below), min(1.0, value + above))


def mean_of_losses(losses: Numbers, worst: float) -> Estimate:
    """Return a mean loss with Gaffke's interval, which is Clopper and Pearson's where losses are 0 or 1 (Learned-Miller
    and Thomas, arXiv 1905.06208).

    Args:
        losses: `(N,)`, 0 or more.
        worst: loss of a photo that is worse than all those seen.
    """
    rng = np.random.default_rng(0)
    means = np.empty((2, DRAWS))
    for draw in range(DRAWS):
        weights = rng.standard_exponential(len(losses) + 1)
        seen = weights[:-1] @ losses
        means[:, draw] = np.array([seen, seen + weights[-1] * worst]) / weights.sum()
    value = float(losses.mean())
    low, high = np.quantile(means[0], 0.025), np.quantile(means[1], 0.975)
    return Estimate(value, len(losses), min(value, float(low)), max(value, float(high)))
