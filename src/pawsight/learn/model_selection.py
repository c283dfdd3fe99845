"""Choose how strongly to regularize, how sure to be, and when to say nothing; and measure without having peeked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pawsight.learn.cross_validation import Fold, FoldPlan
from pawsight.learn.head import Head, HeadJob, Indices, ceilings, fit_heads, to_scores
from pawsight.learn.photos import LabeledPhotos
from pawsight.metrics import log_loss
from pawsight.model.card import Thresholds
from pawsight.model.decision import decide_all, name_verdicts
from pawsight.train.calibrate import Scaling, fit_scaling, fit_softmax_scaling, fit_thresholds
from pawsight.types import Floats, ProgressHook

STRENGTHS = (0.01, 0.1, 1.0)
REFUSED = 0.003  # share of photos of the classes that may be answered `neither`
ENOUGH = 190  # photos none of which is refused show that at most 2 % are
ACCEPTED = 0.05  # share of the bank's photos, of kinds held out, that may reach the threshold of a class


@dataclass(frozen=True)
class HeadSettings:
    """What held-out photos say is best.

    Attributes:
        strength: out of `STRENGTHS`.
        scaling: of the logits.
        thresholds: for the scores after that.
    """

    strength: float
    scaling: Scaling
    thresholds: Thresholds

    def apply(self, head: Head) -> Head:
        """Calibrate a head."""
        return head.scaled(self.scaling.slope, self.scaling.bias)


@dataclass(frozen=True)
class Trial:
    """A fold, and one head for each of `STRENGTHS` that learned from its `train` photos and most of the bank.

    Attributes:
        unseen: `(M,)` bool, photos of the bank, of kinds that the heads did not see.
    """

    fold: Fold
    unseen: npt.NDArray[np.bool_]
    heads: dict[float, Head]


@dataclass(frozen=True)
class HeldOut:
    """Logits of photos that their heads did not see: `(N, K)` of the labeled's, `(M, K)` of the bank's."""

    logits: Floats
    targets: Floats
    outliers: Floats

    @classmethod
    def of(cls, labeled: LabeledPhotos, trials: Sequence[Trial], strength: float) -> HeldOut:
        """Collect what the heads of one strength say."""
        bank = labeled.outliers.features
        return cls(
            np.concatenate([one.heads[strength].logits(labeled.features[one.fold.held]) for one in trials]),
            np.concatenate([labeled.targets[one.fold.held] for one in trials]),
            np.concatenate([one.heads[strength].logits(bank[one.unseen]) for one in trials]),
        )


@dataclass(frozen=True)
class HeldOutPredictions:
    """What heads predicted for photos that they did not see.

    Attributes:
        places: `(M,)` places of the photos.
        scores: `(M, C)` float32, calibrated.
        verdicts: M verdicts.
    """

    places: Indices
    scores: Floats
    verdicts: list[str]


def try_out(labeled: LabeledPhotos, plan: FoldPlan, watch: ProgressHook) -> tuple[HeadSettings, HeldOutPredictions]:
    """Fit all heads of a plan; find how the head to ship is to be made, and what heads made that way predict.

    Each outer fold's head is chosen and calibrated on photos of its own training part, so that nothing about the photos
    that it predicts has leaked into it.
    """
    trials = fit_trials(labeled, [plan.outer, *plan.inner], STRENGTHS, watch)
    outer, inner = trials[0], trials[1:]
    choices = [choose(labeled, one, STRENGTHS) for one in inner]
    final = choose(labeled, outer, STRENGTHS) if plan.crossed else choices[0]
    return final, _predict(labeled, choices, outer)


def fit_trials(
    labeled: LabeledPhotos,
    rounds: Sequence[Sequence[Fold]],
    strengths: Sequence[float],
    watch: ProgressHook,
    label: str = "Learning",
) -> list[list[Trial]]:
    """Fit the heads of several cross-validations; in each, every kind of the bank is held out once."""
    parts = [
        [(fold, labeled.outliers.fold(number, max(2, len(folds)))) for number, fold in enumerate(folds)]
        for folds in rounds
    ]
    jobs = [HeadJob(fold.train, ~held, one) for part in parts for fold, held in part for one in strengths]
    fits = fit_heads(labeled.features, labeled.targets, labeled.outliers.features, jobs, exclusive=labeled.exclusive)
    heads = iter(watch(fits, len(jobs), label))
    return [[Trial(fold, held, {one: next(heads) for one in strengths}) for fold, held in part] for part in parts]


def choose(labeled: LabeledPhotos, trials: Sequence[Trial], strengths: Sequence[float]) -> HeadSettings:
    """Find the strength, the scaling and the thresholds that suit photos held out."""
    held_out = {one: HeldOut.of(labeled, trials, one) for one in strengths}
    scalings = {one: _fit_scaling(labeled, held) for one, held in held_out.items()}
    ceiling = ceilings(labeled.targets)

    def loss(strength: float) -> float:
        scores = to_scores(scalings[strength](held_out[strength].logits), ceiling, labeled.exclusive)
        return log_loss(held_out[strength].targets, scores)

    best = min(strengths, key=loss)
    return HeadSettings(best, scalings[best], _fit_thresholds(labeled, held_out[best], scalings[best], ceiling))


def _fit_scaling(labeled: LabeledPhotos, held: HeldOut) -> Scaling:
    if not labeled.exclusive:
        return fit_scaling(held.logits, held.targets)
    logits = np.concatenate([held.logits, held.outliers])
    none = np.zeros((len(held.outliers), held.targets.shape[1]), np.float32)
    return fit_softmax_scaling(logits, np.concatenate([held.targets, none]), len(held.logits))


def _fit_thresholds(labeled: LabeledPhotos, held: HeldOut, scaling: Scaling, ceiling: Floats) -> Thresholds:
    scores = to_scores(scaling(held.logits), ceiling, labeled.exclusive)
    others = to_scores(scaling(held.outliers), ceiling, labeled.exclusive).max(axis=1)
    least = max(0.5, float(np.quantile(others, 1 - ACCEPTED))) if len(others) else 0.5
    known = scores[held.targets.sum(axis=1) > 0]
    refuse = _refuse_below(known.sum(axis=1) if labeled.exclusive else known.max(axis=1))
    return fit_thresholds(scores, held.targets, exclusive=labeled.exclusive, least=least, refuse=refuse)


def _refuse_below(known: Floats) -> float:
    """Return up to where photos are answered `neither`, from what photos of the classes reach; with fewer photos than
    could show that few of them are refused, half of what the lowest one reaches: what is lower still is `unsure`."""
    lowest = float(np.quantile(known, REFUSED, method="lower"))
    return lowest if len(known) >= ENOUGH else lowest / 2


def _predict(labeled: LabeledPhotos, choices: Sequence[HeadSettings], trials: Sequence[Trial]) -> HeldOutPredictions:
    """Let each outer fold's head predict what it never saw."""
    scores = [
        choice.apply(trial.heads[choice.strength]).scores(labeled.features[trial.fold.held])
        for choice, trial in zip(choices, trials, strict=True)
    ]
    verdicts = [
        verdict
        for choice, rows in zip(choices, scores, strict=True)
        for verdict in name_verdicts(decide_all(rows, choice.thresholds), labeled.classes)
    ]
    places = np.concatenate([trial.fold.held for trial in trials])
    return HeldOutPredictions(places, np.concatenate(scores), verdicts)
