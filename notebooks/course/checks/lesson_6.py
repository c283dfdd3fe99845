"""Exercises of lesson 6: intervals, a test by kind, a temperature."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.exercises import NotYet
from pawsight.estimates import wilson_interval


def check_1(given: dict[str, Any]) -> None:
    """Wilson's interval, also at the ends."""
    for hits, n in ((20, 20), (0, 20), (95, 100), (1, 3)):
        expected, yours = wilson_interval(hits, n), given["interval"](hits, n)
        if not np.allclose(yours, expected, atol=2e-4):
            wanted, named = (f"{low:.1%} to {high:.1%}" for low, high in (expected, yours))
            raise NotYet(f"For {hits} of {n} the interval is {wanted}; yours is {named}.")


def check_2(given: dict[str, Any]) -> None:
    """No kind has relatives on both sides, and every photo of a kind is tested once."""
    kinds = np.array(["", "cow", "church", "cow", "", "horse", "church", "cow", "horse", ""])
    folds = given["leave_one_kind_out"](kinds)
    if [kind for kind, _, _ in folds] != ["church", "cow", "horse"]:
        raise NotYet("There should be one fold for each kind of other things: church, cow, horse.")
    for kind, train, test in folds:
        if not np.array_equal(test, kinds == kind):
            raise NotYet(f"{np.sum(test)} photos of {kind} are tested; it should be all {np.sum(kinds == kind)}.")
        if (train & (kinds == kind)).any():
            raise NotYet(f"Photos of {kind} are in training while {kind} is tested.")
        if not train[kinds != kind].all():
            raise NotYet(f"Everything but {kind} should be trained on while {kind} is tested.")


def check_3(given: dict[str, Any]) -> None:
    """The temperature undoes what made the logits too large."""
    rng = np.random.default_rng(0)
    honest = rng.normal(0, 2, 4000)
    truth = (rng.random(4000) < 1 / (1 + np.exp(-honest))).astype(float)
    for factor in (1.0, 3.0, 0.5):
        yours = float(given["fit_temperature"](honest * factor, truth))
        if abs(yours - factor) > 0.15 * factor:
            raise NotYet(
                f"For logits that are {factor:g} times too large it should be about {factor:g}; yours is {yours:.2f}."
            )
