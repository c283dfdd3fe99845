"""Choose how strongly to regularise, how sure to be, and when to say nothing; and measure without having peeked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pawsight.card import Thresholds
from pawsight.classifier import decide
from pawsight.learn.album import Album
from pawsight.learn.folds import Fold, Plan
from pawsight.learn.head import Head, Indices, fit_heads, sigmoid, temperature_for
from pawsight.metrics import log_loss
from pawsight.train.calibrate import fit_thresholds
from pawsight.types import Floats, Watch

STRENGTHS = (0.03, 0.3, 3.0)


@dataclass(frozen=True)
class Choice:
    """What held-out photos say is best.

    Attributes:
        strength: out of `STRENGTHS`.
        temperature: what logits are divided by.
        thresholds: for the scores after that.
    """

    strength: float
    temperature: float
    thresholds: Thresholds


@dataclass(frozen=True)
class Trial:
    """A fold, and one head for each of `STRENGTHS` that learnt from its `train` photos."""

    fold: Fold
    heads: dict[float, Head]

    def logits(self, features: Floats, strength: float) -> Floats:
        """`(M, C)` for the photos that the heads did not see."""
        return self.heads[strength].logits(features[self.fold.held])


@dataclass(frozen=True)
class Answers:
    """What heads said of photos that they did not see.

    Attributes:
        places: `(M,)` places of the photos.
        scores: `(M, C)` float32, calibrated.
        verdicts: M verdicts.
    """

    places: Indices
    scores: Floats
    verdicts: list[str]


def try_out(album: Album, plan: Plan, watch: Watch) -> tuple[Choice, Answers]:
    """Fit all heads of a plan; find how the head to ship is to be made, and what heads made that way answer.

    Each outer fold's head is chosen and calibrated on photos of its own training part, so that nothing about the photos
    that it answers for has leaked into it.
    """
    trials = _fit_trials(album, plan.folds, watch)
    outer, rest = trials[: len(plan.outer)], iter(trials[len(plan.outer) :])
    choices = [_choose(album, [next(rest) for _ in folds]) for folds in plan.inner]
    final = _choose(album, outer) if plan.crossed else choices[0]
    return final, _answer(album, choices, outer)


def _fit_trials(album: Album, folds: Sequence[Fold], watch: Watch) -> list[Trial]:
    jobs = [(fold.train, strength) for fold in folds for strength in STRENGTHS]
    heads = iter(watch(fit_heads(album.features, album.targets, jobs), len(jobs), "Learning"))
    return [Trial(fold, {strength: next(heads) for strength in STRENGTHS}) for fold in folds]


def _choose(album: Album, trials: Sequence[Trial]) -> Choice:
    wanted = np.concatenate([album.targets[trial.fold.held] for trial in trials])
    said = {one: np.concatenate([trial.logits(album.features, one) for trial in trials]) for one in STRENGTHS}
    best = min(STRENGTHS, key=lambda one: log_loss(wanted, sigmoid(said[one])))
    temperature = temperature_for(said[best], wanted)
    return Choice(best, temperature, fit_thresholds(sigmoid(said[best], temperature), wanted))


def _answer(album: Album, choices: Sequence[Choice], trials: Sequence[Trial]) -> Answers:
    """Let each outer fold's head answer for what it never saw."""
    scores = [
        sigmoid(trial.logits(album.features, choice.strength), choice.temperature)
        for choice, trial in zip(choices, trials, strict=True)
    ]
    verdicts = [
        decide(dict(zip(album.classes, row.tolist(), strict=True)), choice.thresholds)
        for choice, rows in zip(choices, scores, strict=True)
        for row in rows
    ]
    places = np.concatenate([trial.fold.held for trial in trials])
    return Answers(places, np.concatenate(scores), verdicts)
