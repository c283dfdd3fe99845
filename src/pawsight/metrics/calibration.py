"""Do scores mean what they say?"""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import numpy as np
import numpy.typing as npt

from pawsight.estimates import Estimate, proportion
from pawsight.model.metrics import CalibrationBin
from pawsight.types import Floats

BINS = 15
_Z = 1.959963984540054  # of the normal distribution, 95 % two-sided


def calibration_bins(targets: Floats, scores: Floats, bins: int = BINS) -> list[CalibrationBin]:
    """Return bins of about equally many scores, from low to high ones; equal scores share a bin.

    Args:
        targets, scores: `(N, C)`; every score of every class counts as one statement.
        bins: at most so many.
    """
    predicted, happened = scores.ravel().astype(np.float64), targets.ravel()
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, bins + 1)[1:-1], method="lower"))
    places = np.searchsorted(edges, predicted, side="left")
    return [_bin(predicted[places == place], happened[places == place]) for place in np.unique(places)]


def _bin(predicted: npt.NDArray[np.float64], happened: Floats) -> CalibrationBin:
    return CalibrationBin(float(np.sort(predicted).mean()), proportion(int(happened.sum()), len(predicted)))


def calibration_error(targets: Floats, scores: Floats, bins: int = BINS) -> Estimate:
    """Return the expected calibration error: the mean distance between scores and the share of them that came true.

    Distances within bins are never negative, so that chance alone makes a calibrated model look bad: the expected
    part of that is subtracted (Kumar et al., arXiv 1909.10155). The interval combines those of the bins (MOVER: Zou and
    Donner, Statistics in Medicine 27, 2008), each by Wilson; it contains the value and, for a calibrated model, 0. It
    depends on nothing but which score belongs to which outcome.

    Args:
        targets, scores: `(N, C)`; every score of every class counts as one statement.
        bins: at most so many.
    """
    total = targets.size
    shared = min(2, targets.shape[1])  # a photo that is taken for another class counts in two scores
    parts = np.array([_part(one, one.happened.n / total) for one in calibration_bins(targets, scores, bins)])
    value = max(0.0, float(parts[:, 0].sum()))
    below, above = (sqrt(shared) * float(np.linalg.norm(side)) for side in parts[:, 1:].T)
    return Estimate(value, len(targets), max(0.0, value - below), min(1.0, value + above))


def _part(one: CalibrationBin, weight: float) -> tuple[float, float, float]:
    """Return what a bin adds to the error, and how much less and more that may be."""
    happened, low, high = (end or 0.0 for end in (one.happened.value, one.happened.low, one.happened.high))
    distance = abs(happened - one.predicted)
    least, most = max(0.0, low - one.predicted, one.predicted - high), max(one.predicted - low, high - one.predicted)
    spread = sqrt(max(happened * (1 - happened), one.predicted * (1 - one.predicted)) / one.happened.n)
    below = max(distance - least, _Z * spread)
    return weight * (distance - _by_chance(distance, spread)), weight * below, weight * (most - distance)


def _by_chance(distance: float, spread: float) -> float:
    """Return by how much chance enlarges a distance: the mean of a folded normal distribution, less `distance`."""
    if not spread:
        return 0.0
    away = distance / spread
    return spread * sqrt(2 / pi) * exp(-(away**2) / 2) + distance * (erf(away / sqrt(2)) - 1)
