"""Exercises of lesson 0: fool the model, and turn scores into a verdict."""

from __future__ import annotations

from typing import Any

import numpy as np
import skimage.data

from course.exercises import NotYet
from pawsight import Classifier
from pawsight.classifier import decide
from pawsight.model.card import Thresholds

MOST = 1 / 12  # share of the pixels that may change


def check_1(given: dict[str, Any]) -> None:
    """The photo is nearly the same, and the verdict is not cat."""
    photo = skimage.data.chelsea()
    changed = np.asarray(given["fool"](photo.copy()))
    if changed.shape != photo.shape or changed.dtype != np.uint8:
        raise NotYet(f"fool should return {photo.shape} uint8; yours is {changed.shape} {changed.dtype}.")
    share = float((changed != photo).any(axis=2).mean())
    if share > MOST:
        raise NotYet(f"You changed {share:.1%} of the pixels; at most {MOST:.1%} are allowed.")
    found = Classifier.load("default").predict(changed)
    if found.verdict == "cat":
        raise NotYet(f"The model still says cat ({found.scores['cat']:.3f}), with {share:.1%} of the pixels changed.")


def check_2(given: dict[str, Any]) -> None:
    """The verdict is that of Pawsight, also at the thresholds themselves."""
    limits = Thresholds(present=0.8, absent=0.2)
    for cat in (0.0, 0.2, 0.21, 0.5, 0.79, 0.8, 1.0):
        for dog in (0.0, 0.2, 0.5, 0.8, 1.0):
            scores = {"cat": cat, "dog": dog}
            expected, yours = decide(scores, limits), given["verdict"](dict(scores), limits.present, limits.absent)
            if yours != expected:
                raise NotYet(f"For {scores} the verdict should be {expected!r}; yours is {yours!r}.")
