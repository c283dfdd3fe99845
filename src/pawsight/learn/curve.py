"""How predictions get better with more photos: measured on few and on all of those at hand."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pawsight.data.sources import NEITHER
from pawsight.estimates import Estimate, proportion
from pawsight.learn.cross_validation import FOLDS, Fold, make_folds, thinned
from pawsight.learn.head import to_scores
from pawsight.learn.model_selection import HeldOut, Trial, choose, fit_trials
from pawsight.learn.photos import LabeledPhotos
from pawsight.model.decision import NEITHER_CODE, UNSURE_CODE, decide_all
from pawsight.types import Floats, ProgressHook

SHARES = (0.25, 1.0)
STRENGTH = 0.1
RESEMBLES = 2 / 3  # share of a kind's photos that are taken for one class, from which it is left out of the bank


@dataclass(frozen=True)
class Curve:
    """What heads predicted for photos that they did not see, by the share of the other photos that they learned from.

    Attributes:
        scores: `(N, C)` float32, calibrated, by heads that learned from all others.
        predicted: `(N,)` names: the class with the highest score.
        missed: label -> wrong predictions at each of `SHARES`; for `neither`, photos that were taken for a class.
        seen: label -> photos.
        cost: seconds of fitting for each photo that a head learns from.
        unsure: share of the photos of classes with the verdict `unsure`.
        refused: share of them with the verdict `neither`.
        false_accepts: share of the bank's photos, of kinds that the heads had not seen, taken for a class; not measured
            without a bank.
        resembling: kinds of the bank that look like one of the classes.
    """

    scores: Floats
    predicted: list[str]
    missed: dict[str, tuple[int, ...]]
    seen: dict[str, int]
    cost: float
    unsure: Estimate
    refused: Estimate
    false_accepts: Estimate
    resembling: list[str]


def learning_curve(labeled: LabeledPhotos, seed: int, watch: ProgressHook) -> Curve:
    """Cross-validate at each of `SHARES`, with one strength for all: quick, and good enough to show what to expect."""
    folds = make_folds(labeled.labels, labeled.groups, FOLDS, seed)
    rounds = [[Fold(thinned(one.train, labeled.labels, share, seed), one.held) for one in folds] for share in SHARES]
    start = time.perf_counter()
    trials = fit_trials(labeled, rounds, [STRENGTH], watch, "Forecasting")
    cost = (time.perf_counter() - start) / sum(len(fold.train) for part in rounds for fold in part)
    predicted = [_predicted(part, labeled) for part in trials]
    labels = np.array(labeled.labels)
    missed = {
        name: tuple(int((one[labels == name] != name).sum()) for one in predicted)
        for name in sorted(set(labeled.labels))
    }
    seen = {name: int((labels == name).sum()) for name in missed}
    scores, unsure, refused, accepted, resembling = _verdicts(labeled, trials[-1])
    return Curve(scores, predicted[-1].tolist(), missed, seen, cost, unsure, refused, accepted, resembling)


def _predicted(trials: list[Trial], labeled: LabeledPhotos) -> npt.NDArray[np.str_]:
    """Return the class with the highest score; `neither` where the photo shows none and all scores are low."""
    scores = np.empty(labeled.targets.shape, np.float32)
    for one in trials:
        scores[one.fold.held] = one.heads[STRENGTH].scores(labeled.features[one.fold.held])
    best = np.array(labeled.classes)[scores.argmax(axis=1)]
    rest = 1 - scores.sum(axis=1) if labeled.exclusive else 0.5
    none = (labeled.targets.sum(axis=1) == 0) & (scores.max(axis=1) < rest)
    return np.where(none, NEITHER, best)


def _verdicts(labeled: LabeledPhotos, trials: list[Trial]) -> tuple[Floats, Estimate, Estimate, Estimate, list[str]]:
    """Calibrate, and count verdicts on photos that the heads did not see."""
    settings, held = choose(labeled, trials, [STRENGTH]), HeldOut.of(labeled, trials, STRENGTH)
    ceiling = trials[0].heads[STRENGTH].ceiling
    scores = np.empty(labeled.targets.shape, np.float32)
    places = np.concatenate([one.fold.held for one in trials])
    scores[places] = to_scores(settings.scaling(held.logits), ceiling, labeled.exclusive)
    verdicts = decide_all(scores, settings.thresholds)[labeled.targets.sum(axis=1) > 0]
    others = to_scores(settings.scaling(held.outliers), ceiling, labeled.exclusive)
    kinds = np.concatenate([labeled.outliers.kinds[one.unseen] for one in trials])
    resembling = _resembling(others, kinds)
    accepted = decide_all(others, settings.thresholds)[~np.isin(kinds, resembling)] >= 0
    return (
        scores,
        proportion(int((verdicts == UNSURE_CODE).sum()), len(verdicts)),
        proportion(int((verdicts == NEITHER_CODE).sum()), len(verdicts)),
        proportion(int(accepted.sum()), len(accepted)),
        resembling,
    )


def _resembling(scores: Floats, kinds: npt.NDArray[np.str_]) -> list[str]:
    """Return kinds most photos of which were taken for one and the same class: it may be that class."""
    taken = np.where(scores.max(axis=1) >= 0.5, scores.argmax(axis=1), -1) if len(kinds) else np.empty(0, np.int64)
    found = []
    for kind in np.unique(kinds):
        classes = taken[kinds == kind]
        if any((classes == place).mean() >= RESEMBLES for place in np.unique(classes[classes >= 0])):
            found.append(str(kind))
    return found
