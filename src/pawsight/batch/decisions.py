"""What each photo of a folder is decided to be, photos of one moment considered together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pawsight.batch.bursts import PhotoFingerprint, together
from pawsight.classifier import Prediction
from pawsight.model.card import Thresholds
from pawsight.model.decision import decide


@dataclass(frozen=True)
class Decision:
    """What one photo is decided to be.

    Attributes:
        verdict: a class, `both`, `neither` or `unsure`.
        scores: that it follows from.
        group: photos that share an answer share a number; 0 where a photo has its own.
    """

    verdict: str
    scores: dict[str, float]
    group: int = 0


def decide_each(predictions: Sequence[Prediction], thresholds: Thresholds) -> list[Decision]:
    """Decide each photo by itself, as error budgets were measured: what they promise holds for these decisions."""
    return [Decision(decide(one.scores, thresholds), one.scores) for one in predictions]


def decide_together(
    photos: Sequence[PhotoFingerprint], predictions: Sequence[Prediction], thresholds: Thresholds
) -> list[Decision]:
    """Decide photos, those of one moment by the mean of their scores.

    Where members of a group disagree with confidence (one surely shows a cat, another surely does not), something has
    come or gone between the shots, and each keeps its own answer.

    Args:
        photos: N.
        predictions: N, of these photos.
        thresholds: that make a score a verdict.
    """
    decisions = decide_each(predictions, thresholds)
    number = 0
    for group in together(photos):
        scores = [predictions[place].scores for place in group]
        if len(group) == 1 or _disagree(scores, thresholds):
            continue
        number, mean = number + 1, _mean(scores)
        for place in group:
            decisions[place] = Decision(decide(mean, thresholds), mean, number)
    return decisions


def _disagree(scores: Sequence[dict[str, float]], thresholds: Thresholds) -> bool:
    return any(
        any(one[name] >= thresholds.present for one in scores) and any(one[name] <= thresholds.absent for one in scores)
        for name in scores[0]
    )


def _mean(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([one[name] for one in scores])), 6) for name in scores[0]}
