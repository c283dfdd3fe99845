"""The linear head on the trunk's features: a softmax where classes exclude each other, else a sigmoid a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from pawsight.data.scan import WORKERS
from pawsight.learn.outliers import unit
from pawsight.parallel import in_order
from pawsight.types import Floats

Indices = npt.NDArray[np.int64]

_NEVER = -20.0  # logit of a class without a photo to learn from
_ITERATIONS = 300


@dataclass(frozen=True)
class Head:
    """A linear layer on features of length 1.

    Attributes:
        weights: `(D, K)` float32; K is the number of classes, and one more for "none of them" where classes exclude
            each other and there were photos of none to learn from.
        bias: `(K,)` float32.
        ceiling: `(C,)` float32, the highest score that so many photos of a class support.
        exclusive: whether scores are a softmax.
    """

    weights: Floats
    bias: Floats
    ceiling: Floats
    exclusive: bool

    def logits(self, features: Floats) -> Floats:
        """`(N, D)` features -> `(N, K)` logits."""
        result: Floats = unit(features) @ self.weights + self.bias
        return result

    def scores(self, features: Floats) -> Floats:
        """`(N, D)` features -> `(N, C)` scores."""
        return to_scores(self.logits(features), self.ceiling, self.exclusive)

    def scaled(self, slope: Floats, bias: Floats) -> Head:
        """Return the head whose logits are `slope * logits + bias`, both `(K,)`."""
        return replace(self, weights=self.weights * slope, bias=self.bias * slope + bias)


def to_scores(logits: Floats, ceiling: Floats, exclusive: bool) -> Floats:
    """Logits `(N, K)` -> scores `(N, C)`, float32, without overflow."""
    logits = logits.astype(np.float64)
    if exclusive:
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = raised / raised.sum(axis=1, keepdims=True)
    else:
        shares = np.exp(-np.logaddexp(0, -logits))
    scores: Floats = np.minimum(shares[:, : len(ceiling)], ceiling).astype(np.float32)
    return scores


def ceilings(targets: Floats) -> Floats:
    """Return the highest scores that photos support: a class that n of n photos showed is promised n + 1 times in
    n + 2 (Laplace's rule of succession), `(C,)`."""
    seen = targets.sum(axis=0)
    highest: Floats = ((seen + 1) / (seen + 2)).astype(np.float32)
    return highest


def fit_head(features: Floats, targets: Floats, strength: float, *, exclusive: bool, outliers: Floats) -> Head:
    """Fit a regularized logistic regression.

    Args:
        features: `(N, D)` float32.
        targets: `(N, C)`, 0 or 1; all 0 for photos of none of the classes.
        strength: scikit-learn's C: the larger, the closer the head follows the photos.
        exclusive: one softmax instead of a sigmoid a class.
        outliers: `(M, D)` features of other things, which weigh as much together as the photos.
    """
    spread = np.float32(
        np.sqrt(features.shape[1])
    )  # features of length 1 are small; the strength is for numbers around 1
    shown: Floats = spread * np.concatenate([unit(features), unit(outliers)])
    wanted = np.concatenate([targets, np.zeros((len(outliers), targets.shape[1]), targets.dtype)])
    weight = np.ones(len(shown))
    weight[len(features) :] = len(features) / max(1, len(outliers))
    fit = _fit_softmax if exclusive else _fit_sigmoids
    weights, bias = fit(shown, wanted, strength, weight)
    kernel = (spread * weights).astype(np.float32)
    return Head(kernel, bias.astype(np.float32), ceilings(targets), exclusive)


def _fit_softmax(
    shown: Floats, wanted: Floats, strength: float, weight: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    none = wanted.sum(axis=1) == 0
    count = wanted.shape[1] + bool(none.any())
    places = np.where(none, wanted.shape[1], wanted.argmax(axis=1))
    weights, bias = np.zeros((shown.shape[1], count)), np.full(count, _NEVER)
    found = np.unique(places)
    if len(found) == 1:
        bias[found] = 0.0
        return weights, bias
    fitted = LogisticRegression(C=strength, max_iter=_ITERATIONS).fit(shown, places, sample_weight=weight)
    two = len(fitted.coef_) == 1  # scikit-learn gives one row for two classes
    kernel = np.concatenate([-fitted.coef_, fitted.coef_]) / 2 if two else fitted.coef_
    intercept = np.concatenate([-fitted.intercept_, fitted.intercept_]) / 2 if two else fitted.intercept_
    weights[:, found], bias[found] = kernel.T, intercept
    weights -= weights.mean(axis=1, keepdims=True)  # changes no share, and makes a map show its class against the rest
    return weights, bias


def _fit_sigmoids(
    shown: Floats, wanted: Floats, strength: float, weight: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    weights, bias = np.zeros((shown.shape[1], wanted.shape[1])), np.empty(wanted.shape[1])
    for place, target in enumerate(wanted.T):
        if np.ptp(target) == 0:
            bias[place] = _NEVER if target[0] == 0 else -_NEVER
            continue
        fitted = LogisticRegression(C=strength, max_iter=_ITERATIONS).fit(shown, target, sample_weight=weight)
        weights[:, place], bias[place] = fitted.coef_[0], fitted.intercept_[0]
    return weights, bias


@dataclass(frozen=True)
class HeadJob:
    """What one head learns from.

    Attributes:
        train: photos, by place.
        outliers: `(M,)` bool, photos of the bank.
        strength: of `fit_head`.
    """

    train: Indices
    outliers: npt.NDArray[np.bool_]
    strength: float


def fit_heads(
    features: Floats, targets: Floats, bank: Floats, jobs: Sequence[HeadJob], *, exclusive: bool
) -> Iterator[Head]:
    """Fit many heads side by side and hand them out in order."""

    def work(job: HeadJob) -> Head:
        chosen, outliers = job.train, bank[job.outliers]
        return fit_head(features[chosen], targets[chosen], job.strength, exclusive=exclusive, outliers=outliers)

    # One thread a head: threads inside a fit this small wait for each other most of the time, and for ever where the
    # processors have other work.
    with threadpool_limits(1):
        yield from in_order(work, jobs, WORKERS, 2 * WORKERS)
