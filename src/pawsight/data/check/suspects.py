"""Photos whose label may be wrong, ranked.

Two things make a label wrong, and each is asked about by cross-validation on the network's features. The photo shows
another class: a linear classifier that never saw it, nor a copy of it, says so (confident learning: Northcutt et al.,
arXiv 1911.00068, by the library cleanlab). Or it shows none of them (a logo, a placeholder, people): then its features
lie off the subspace that the photos of the classes span (ViM: Wang et al., arXiv 2203.10807, takes the same residual).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from cleanlab.count import num_label_issues
from cleanlab.rank import get_label_quality_scores
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from pawsight.data.check.folds import Indices, folds
from pawsight.data.sources import NEITHER
from pawsight.parallel import in_order, usable_processors
from pawsight.types import Floats

REPEATS = 2
WORKERS = usable_processors()

# All on features under a square root, which tames the few that are very large. Chosen on Microsoft's photos.
_COMPONENTS = 256
_STRENGTH = 0.01
_SUBSPACE = 64
# How many spreads off the subspace make `neither` as likely as not, and how fast that changes.
_HALF, _STEEPNESS = 2.75, 3.0
_TINY = 1e-6

Labels = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Judgement:
    """What cross-validation says of N labels.

    Attributes:
        wrong: `(N,)`, 0..1: how sure it is that each label is wrong.
        suggested: `(N,)`, the label that each photo looks like most among the others.
        errors: how many labels say another class than the photo shows, as confident learning estimates it.
    """

    wrong: Floats
    suggested: Labels
    errors: int


def judge(
    features: Floats, labels: Sequence[str], groups: Sequence[str], held_out: Sequence[bool] | None = None
) -> Judgement | None:
    """Judge every label by photos that are no copies of it.

    Args:
        features: `(N, D)` float32.
        labels: N of them; `neither` counts as one more class.
        groups: equal for copies of one picture.
        held_out: `(N,)`, photos that are judged like all others but never learned from, because they are there to test
            on; what is left out of training then does not depend on them.

    Returns:
        None where that is impossible: there is one label only, or one of them has fewer than two photos that differ
        to learn from, or all features are equal.
    """
    if not np.ptp(features, axis=0).any():
        return None
    tame, names = np.sign(features) * np.sqrt(np.abs(features)), np.array(labels)
    taught = np.ones(len(names), bool) if held_out is None else ~np.asarray(held_out)
    divisions = (_taught(folds(labels, groups, seed), taught, names) for seed in range(REPEATS))
    rounds = [_round(tame, names, parts) for parts in divisions if parts]
    if not rounds:
        return None
    probabilities, residuals = np.mean([one[0] for one in rounds], axis=0), np.mean([one[1] for one in rounds], axis=0)
    classes, codes = np.unique(names, return_inverse=True)
    other = 1 - get_label_quality_scores(codes, probabilities, method="self_confidence")
    none = _none(residuals, names)
    rest = np.where(np.arange(len(classes)) == codes[:, None], -1, probabilities)
    return Judgement(
        wrong=(1 - (1 - other) * (1 - none)).astype(np.float32),
        suggested=np.where(none > other, NEITHER, classes[rest.argmax(axis=1)]),
        errors=int(num_label_issues(codes, probabilities)),
    )


def _taught(
    parts: list[tuple[Indices, Indices]], taught: npt.NDArray[np.bool_], labels: Labels
) -> list[tuple[Indices, Indices]]:
    """Leave photos that may not be learned from out of the training set; return nothing where that empties a label."""
    kept = [(learn[taught[learn]], ask) for learn, ask in parts]
    number = len(np.unique(labels))
    return kept if all(len(np.unique(labels[learn])) == number for learn, _ in kept) else []


def _round(features: Floats, labels: Labels, parts: list[tuple[Indices, Indices]]) -> tuple[Floats, Floats]:
    """One cross-validation: probabilities `(N, labels)` in their sorted order, and residuals `(N,)`."""
    probabilities = np.empty((len(labels), len(np.unique(labels))), np.float32)
    residuals = np.empty(len(labels), np.float32)

    def answer(part: tuple[Indices, Indices]) -> tuple[Indices, Floats, Floats]:
        learn, ask = part
        return ask, *_answer(features[learn], labels[learn], features[ask])

    with threadpool_limits(1):  # parts side by side keep the processors busy; threads inside each only get in their way
        for ask, probability, residual in in_order(answer, parts, WORKERS, WORKERS):
            probabilities[ask], residuals[ask] = probability, residual
    return probabilities, residuals


def _answer(known: Floats, labels: Labels, asked: Floats) -> tuple[Floats, Floats]:
    """Learn from some photos, and say of M others how probable each label is, `(M, labels)`, and which share of their
    features lies off the subspace of the classes, `(M,)`, 0..1."""
    classes = known[labels != NEITHER]
    size = min(_COMPONENTS, *classes.shape)
    space = PCA(size, svd_solver="covariance_eigh" if len(classes) > classes.shape[1] else "full").fit(classes)
    scale = np.sqrt(classes.shape[1] / space.explained_variance_.sum())
    teacher = LogisticRegression(C=_STRENGTH, max_iter=300).fit(space.transform(known) * scale, labels)
    inside = space.transform(asked)
    whole = np.linalg.norm(asked - space.mean_, axis=1)
    near = np.linalg.norm(inside[:, : min(_SUBSPACE, len(classes) // 8)], axis=1)
    residuals = np.sqrt(np.clip(1 - (near / np.maximum(whole, _TINY)) ** 2, 0, 1))
    return teacher.predict_proba(inside * scale), residuals


def _none(residuals: Floats, labels: Labels) -> Floats:
    """Return how sure it is, 0..1, that photos show no class though they are filed as one, `(N,)`.

    Residuals are given in spreads above the middle: from the median to the 84th percentile of the photos of classes,
    which a few outliers do not move.
    """
    classes = labels != NEITHER
    middle, upper = np.quantile(residuals[classes], [0.5, 0.8413])
    far = (residuals - middle) / max(upper - middle, _TINY)
    return np.where(classes & (upper > middle), 1 / (1 + np.exp(-_STEEPNESS * (far - _HALF))), 0)
