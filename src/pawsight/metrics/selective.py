"""What it costs to answer more photos."""

from __future__ import annotations

import numpy as np

from pawsight.model.card import Thresholds
from pawsight.model.decision import UNSURE_CODE, decide_all, shown
from pawsight.types import Floats


def risk_coverage(targets: Floats, scores: Floats, *, exclusive: bool = False) -> tuple[Floats, Floats]:
    """Order photos by how sure the scores are, and return how many of the first ones are wrong.

    Args:
        targets, scores: `(N, C)`. A photo is wrong when any class is on the wrong side of one half; of classes that
            exclude each other, when the highest score is not that of the class shown.
        exclusive: whether the classes exclude each other.

    Returns:
        Coverage, the share of photos answered, `(N,)`, ascending to 1, and risk, the share of wrong ones among
        these, `(N,)`.
    """
    sureness = scores.max(axis=1) if exclusive else np.abs(scores - 0.5).min(axis=1)
    mistaken = (scores >= 0.5) != (targets >= 0.5)
    missed = targets[np.arange(len(targets)), scores.argmax(axis=1)] == 0
    wrong = (missed if exclusive else mistaken.any(axis=1))[np.argsort(-sureness, kind="stable")]
    count = np.arange(1, len(wrong) + 1)
    return (count / len(wrong)).astype(np.float32), (wrong.cumsum() / count).astype(np.float32)


def answered_wrong(targets: Floats, scores: Floats, thresholds: Thresholds) -> tuple[float, float]:
    """Return the share of photos with a verdict other than `unsure`, and the share of wrong ones among these (0 of
    none)."""
    verdicts = decide_all(scores, thresholds)
    answered = verdicts != UNSURE_CODE
    wrong = (verdicts != shown(targets))[answered]
    return float(answered.mean()), float(wrong.mean()) if answered.any() else 0.0
