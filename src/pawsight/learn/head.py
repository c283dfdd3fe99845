"""The linear head: one logistic regression a class on the trunk's features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from pawsight.data.scan import WORKERS
from pawsight.parallel import in_order
from pawsight.train.calibrate import fit_temperature
from pawsight.types import Floats

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Head:
    """One independent sigmoid a class.

    Attributes:
        weights: `(D, C)` float32.
        bias: `(C,)` float32.
    """

    weights: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        """`(N, D)` features -> `(N, C)` logits."""
        result: Floats = features @ self.weights + self.bias
        return result

    def cooled(self, temperature: float) -> Head:
        """The head whose logits are divided by a temperature."""
        return Head(self.weights / np.float32(temperature), self.bias / np.float32(temperature))


def sigmoid(logits: Floats, temperature: float = 1.0) -> Floats:
    """Logits -> probabilities, float32, without overflow."""
    scores: Floats = np.exp(-np.logaddexp(0, -logits / np.float32(temperature)))
    return scores


def temperature_for(logits: Floats, targets: Floats) -> float:
    """The temperature that calibrates scores of photos that a head did not see.

    Few photos, all told right, would make it as sure as it can be. So targets are softened first, as Platt (1999) does
    it: a class seen n times in n photos is promised n + 1 times in n + 2.

    Args:
        logits: `(N, C)`.
        targets: `(N, C)`, 0 or 1.
    """
    shown = targets.sum(axis=0)
    present, absent = (shown + 1) / (shown + 2), 1 / (len(targets) - shown + 2)
    return fit_temperature(logits, absent + targets * (present - absent))


def fit_head(features: Floats, targets: Floats, strength: float) -> Head:
    """Fit one logistic regression a class, regularised by the squared length of its weights.

    Args:
        features: `(N, D)` float32.
        targets: `(N, C)`, 0 or 1; every class has photos of both kinds.
        strength: scikit-learn's C: the larger, the closer the head follows the photos.
    """
    fits = [LogisticRegression(C=strength, max_iter=1000).fit(features, target) for target in targets.T]
    weights = np.stack([fit.coef_[0] for fit in fits], axis=-1)
    return Head(weights.astype(np.float32), np.concatenate([fit.intercept_ for fit in fits]).astype(np.float32))


def fit_heads(features: Floats, targets: Floats, jobs: Sequence[tuple[Indices, float]]) -> Iterator[Head]:
    """Fit many heads side by side and hand them out in order.

    Args:
        jobs: for each head, the photos it learns from and its strength.
    """

    def work(job: tuple[Indices, float]) -> Head:
        chosen, strength = job
        return fit_head(features[chosen], targets[chosen], strength)

    # One thread a head: threads inside a fit this small wait for each other most of the time, and for ever where the
    # processors have other work.
    with threadpool_limits(1):
        yield from in_order(work, jobs, WORKERS, 2 * WORKERS)
