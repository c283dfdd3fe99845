"""Fit what refuses photos of neither: a linear layer on features that was shown some of them (outlier exposure).

Hendrycks et al., Deep anomaly detection with outlier exposure (arXiv 1812.04606): a few thousand photos of other things
teach more about what is unknown than any score of a model that saw none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from pawsight.train.calibrate import LABEL_ERRORS
from pawsight.types import Floats

STRENGTH = 10.0  # scikit-learn's C, for features of length 1
ITERATIONS = 300
# Shares of photos of the classes whose probability is at most `LOW` and `HIGH`: the first are refused, and what is
# between becomes unsure.
REFUSED, DOUBTED = 0.0003, 0.003
LOW, HIGH = 0.2, 0.8
STEEPEST = 3.0
FEWEST = 20  # photos of neither; fewer tell nothing about others

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """What a trunk says of N photos.

    Attributes:
        features: `(N, D)` float32.
        evidence: `(N,)` float32, log odds of the ImageNet head that a class is there; zeros where there is no head.
        wanted: `(N,)` bool, whether the photo shows one of the classes.
        kinds: `(N,)` names of what photos of neither show; empty for the others.
    """

    features: Floats
    evidence: Floats
    wanted: Mask
    kinds: npt.NDArray[np.str_]


@dataclass(frozen=True)
class OutlierHead:
    """A linear layer on features of length 1 and the ImageNet evidence, see `networks.gate.Gate`."""

    kernel: Floats
    evidence: float
    bias: float

    def logits(self, seen: Evidence) -> Floats:
        """Return `(N,)`, high for photos of a class."""
        unit = seen.features / np.linalg.norm(seen.features, axis=1, keepdims=True)
        logits: Floats = unit @ self.kernel + self.evidence * seen.evidence + self.bias
        return logits


def fit_outlier_head(train: Evidence, held_out: Evidence, without: Collection[str] = ()) -> OutlierHead | None:
    """Fit a head on training photos, and choose on photos held out how many pets it may refuse.

    Classes and outliers weigh the same in sum, as do all kinds of outliers: a kind with many photos is not more
    important than one with few.

    Args:
        train: photos to learn from, those of neither with their kinds.
        held_out: photos of the classes that were not learned from.
        without: kinds that are left out, to see how the head treats kinds that it never saw.

    Returns:
        The head, scaled as `admit` says; None where there are too few photos of neither.
    """
    used = train.wanted | ~np.isin(train.kinds, list(without))
    if (used & ~train.wanted).sum() < FEWEST:
        return None
    unit = train.features[used] / np.linalg.norm(train.features[used], axis=1, keepdims=True)
    spread = float(train.evidence.std()) or 1.0
    inputs = np.column_stack([unit, train.evidence[used] / (spread * STRENGTH)])
    fit = LogisticRegression(C=STRENGTH, max_iter=ITERATIONS).fit(
        inputs.astype(np.float32), train.wanted[used], _weights(train, used)
    )
    kernel, weight = fit.coef_[0, :-1], fit.coef_[0, -1] / (spread * STRENGTH)
    return _scaled(OutlierHead(kernel.astype(np.float32), float(weight), float(fit.intercept_[0])), held_out)


def _weights(train: Evidence, used: Mask) -> Floats:
    """Half of all weight for the classes, half for outliers; a kind's weight grows with the root of its photos."""
    wanted, kinds = train.wanted[used], train.kinds[used]
    _, places, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    weights = np.where(wanted, 1.0, counts[places] ** -0.5)
    for side in (wanted, ~wanted):
        weights[side] *= len(weights) / 2 / weights[side].sum()
    return weights.astype(np.float32)


def _scaled(head: OutlierHead, held_out: Evidence) -> OutlierHead:
    slope, middle = admit(head.logits(held_out)[held_out.wanted])
    return OutlierHead(head.kernel * np.float32(slope), head.evidence * slope, slope * (head.bias - middle))


def admit(found: Floats) -> tuple[float, float]:
    """Return slope and middle of a sigmoid that admits nearly all photos of the classes.

    Args:
        found: `(N,)` logits of photos whose label says that they show a class. The lowest `LABEL_ERRORS` of them are
            taken for wrong labels, and count as if they were not there.

    Returns:
        The sigmoid is at most `LOW` for `REFUSED` of the other photos, and at most `HIGH` for `DOUBTED` of them.
    """
    shares = {LOW: REFUSED, HIGH: DOUBTED}
    quantiles = {at: LABEL_ERRORS + share * (1 - LABEL_ERRORS) for at, share in shares.items()}
    return logit_line({at: float(np.quantile(found, quantile)) for at, quantile in quantiles.items()})


def logit_line(points: dict[float, float]) -> tuple[float, float]:
    """Return slope and middle of sigmoid(slope * (x - middle)) through two points, no steeper than `STEEPEST`.

    Args:
        points: probability -> x, for two probabilities. Where the line would be too steep it keeps the larger one's x.
    """
    (low, x_low), (high, x_high) = sorted(points.items())
    reach = _logit(high) - _logit(low)
    slope = min(reach / max(x_high - x_low, 1e-6), STEEPEST)
    return slope, x_high - _logit(high) / slope


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))
