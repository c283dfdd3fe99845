"""Exercises of lesson 3: early stopping, a bug in augmentation, dropout."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.exercises import NotYet

CASES = (
    ([0.7, 0.6, 0.65, 0.66, 0.5], 2, 1),
    ([0.7, 0.6, 0.65, 0.66, 0.5], 3, 4),
    ([0.5, 0.6, 0.7], 1, 0),
    ([0.9, 0.8, 0.7], 2, 2),
    ([0.9, 0.9, 0.9, 0.1], 2, 0),
)


def check_1(given: dict[str, Any]) -> None:
    """The best epoch that training reached."""
    for losses, patience, expected in CASES:
        yours = given["kept_epoch"](list(losses), patience)
        if yours != expected:
            raise NotYet(f"For {losses} and a patience of {patience} it is epoch {expected}; yours is {yours}.")


def check_2(given: dict[str, Any]) -> None:
    """Photos are mirrored from left to right, half of them, in training only."""
    photos = np.random.default_rng(0).integers(0, 256, (400, 3, 5, 3), dtype=np.uint8)
    if not np.array_equal(given["augment"](photos.copy(), False, np.random.default_rng(1)), photos):
        raise NotYet("Out of training, the photos should stay as they are.")
    changed = given["augment"](photos.copy(), True, np.random.default_rng(1))
    same = np.array([np.array_equal(one, other) for one, other in zip(changed, photos, strict=True)])
    mirrored = np.array([np.array_equal(one, other[:, ::-1]) for one, other in zip(changed, photos, strict=True)])
    if not (same | mirrored).all():
        raise NotYet("In training, each photo should be as it was, or mirrored from left to right.")
    if not 0.4 < mirrored.mean() < 0.6:
        raise NotYet(f"About half of the photos should be mirrored; with you it is {mirrored.mean():.0%}.")


def check_3(given: dict[str, Any]) -> None:
    """A share is 0, the others are larger, and the mean stays."""
    values = np.random.default_rng(0).uniform(1, 2, (200, 50))
    if not np.array_equal(given["dropout"](values.copy(), 0.5, False, np.random.default_rng(1)), values):
        raise NotYet("Out of training, nothing should change.")
    for share in (0.2, 0.5):
        yours = given["dropout"](values.copy(), share, True, np.random.default_rng(1))
        if abs(np.mean(yours == 0) - share) > 0.03:
            raise NotYet(f"With a share of {share}, {np.mean(yours == 0):.0%} of the numbers are 0.")
        if not np.allclose(yours[yours != 0], (values / (1 - share))[yours != 0]):
            raise NotYet("The numbers that stay should be divided by 1 - share.")
