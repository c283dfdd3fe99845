"""How answers get better with more photos: measured on few and on more of those at hand, and drawn on from there."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pawsight.data.sources import NEITHER
from pawsight.learn.album import Album
from pawsight.learn.folds import FOLDS, make_folds, thinned
from pawsight.learn.head import fit_heads, sigmoid, temperature_for
from pawsight.types import Floats, Watch

SHARES = (0.25, 1.0)
STRENGTH = 3.0


@dataclass(frozen=True)
class Curve:
    """What heads said of photos that they did not see, by the share of the other photos that they learnt from.

    Attributes:
        scores: `(N, C)` float32, calibrated, by heads that learnt from all others.
        told: `(N,)` names: the class with the highest score.
        missed: label -> wrong answers at each of `SHARES`; for `neither`, photos that were told to be a class.
        seen: label -> photos.
        cost: seconds of fitting for each photo that a head learns from.
    """

    scores: Floats
    told: list[str]
    missed: dict[str, tuple[int, ...]]
    seen: dict[str, int]
    cost: float


def learning_curve(album: Album, seed: int, watch: Watch) -> Curve:
    """Cross-validate at each of `SHARES`, with one strength for all: quick, and good enough to tell what to expect."""
    folds = make_folds(album.labels, album.groups, FOLDS, seed)
    jobs = [(thinned(fold.train, album.labels, share, seed), STRENGTH) for share in SHARES for fold in folds]
    start = time.perf_counter()
    heads = list(watch(fit_heads(album.features, album.targets, jobs), len(jobs), "Forecasting"))
    cost = (time.perf_counter() - start) / sum(len(chosen) for chosen, _ in jobs)
    logits = np.empty((len(SHARES), *album.targets.shape), np.float32)
    for place, head in enumerate(heads):
        share, fold = divmod(place, len(folds))
        logits[share, folds[fold].held] = head.logits(album.features[folds[fold].held])
    told = [_told(one, album) for one in logits]
    labels = np.array(album.labels)
    missed = {
        name: tuple(int((one[labels == name] != name).sum()) for one in told) for name in sorted(set(album.labels))
    }
    scores = sigmoid(logits[-1], temperature_for(logits[-1], album.targets))
    seen = {name: int((labels == name).sum()) for name in missed}
    return Curve(scores, told[-1].tolist(), missed, seen, cost)


def _told(logits: Floats, album: Album) -> npt.NDArray[np.str_]:
    """The class with the highest score; `neither` where the photo shows none and all scores are low, as it should."""
    told = np.array(album.classes)[logits.argmax(axis=1)]
    none = (album.targets.sum(axis=1) == 0) & (logits.max(axis=1) < 0)
    return np.where(none, NEITHER, told)
