"""Scores -> verdict: the one rule, for one photo and for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pawsight.model.card import Thresholds
from pawsight.model.class_names import BOTH, NEITHER, UNSURE
from pawsight.types import Floats

Codes = npt.NDArray[np.int64]

NEITHER_CODE, BOTH_CODE, UNSURE_CODE = -1, -2, -3
_NAMES = {NEITHER_CODE: NEITHER, BOTH_CODE: BOTH, UNSURE_CODE: UNSURE}
DIGITS = 6  # to which scores are rounded before they are shown and judged
_UNIT = 10.0**DIGITS


def decide(scores: Mapping[str, float], thresholds: Thresholds) -> str:
    """Return the verdict on one photo: a class name, `both`, `neither` or `unsure`.

    The rule of `decide_all`, without NumPy, whose calls take ten times as long for two numbers; a test compares both.

    Args:
        scores: class -> 0..1.
        thresholds: of the model, see `Thresholds`.
    """
    rounded = {name: _rounded(score) for name, score in scores.items()}
    present = [name for name, score in rounded.items() if score >= thresholds.present]
    if thresholds.exclusive:
        if present:
            return max(present, key=rounded.__getitem__)
        return UNSURE if _rounded(sum(rounded.values())) > thresholds.absent else NEITHER
    if len(present) > 1:
        return BOTH
    if any(thresholds.absent < score < thresholds.present for score in rounded.values()):
        return UNSURE
    return present[0] if present else NEITHER


def _rounded(score: float) -> float:
    """Round as `numpy.round` does."""
    whole: int = round(float(score) * _UNIT)
    return whole / _UNIT


def decide_all(scores: npt.NDArray[np.floating], thresholds: Thresholds) -> Codes:
    """Return the verdicts on N photos: `(N,)` places of classes, or `NEITHER_CODE`, `BOTH_CODE`, `UNSURE_CODE`.

    Args:
        scores: `(N, C)`, 0..1.
        thresholds: of the model, see `Thresholds`.
    """
    rounded = np.round(scores.astype(np.float64), DIGITS)
    present = rounded >= thresholds.present
    top = np.where(present.any(axis=1), rounded.argmax(axis=1), NEITHER_CODE)
    if thresholds.exclusive:
        together = np.round(rounded.sum(axis=1), DIGITS)
        return np.where((top < 0) & (together > thresholds.absent), UNSURE_CODE, top)
    between = ((rounded > thresholds.absent) & ~present).any(axis=1)
    single = np.where(between, UNSURE_CODE, top)
    return np.where(present.sum(axis=1) > 1, BOTH_CODE, single)


def shown(targets: Floats) -> Codes:
    """Return what N photos show, in the codes of `decide_all`.

    Args:
        targets: `(N, C)`, 1 for each class that a photo shows.
    """
    number = targets.sum(axis=1)
    one = np.where(number == 0, NEITHER_CODE, targets.argmax(axis=1))
    return np.where(number > 1, BOTH_CODE, one)


def name_verdicts(codes: Codes, classes: Sequence[str]) -> list[str]:
    """Return the names of verdicts in the codes of `decide_all`."""
    return [_NAMES.get(code) or classes[code] for code in codes.tolist()]
