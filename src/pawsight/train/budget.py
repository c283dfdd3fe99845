"""The best that a time allows: measure this machine, then choose recipe, photos, size and epochs.

What is known of the recipes decides, not a trial: `lite0`, which stands on ImageNet weights, beats those that start
from nothing at any length of training that fits into hours (results/models.csv). So it is taken wherever its first
step, a linear head on features of the photos, fits; what is left of the time goes into fine-tuning.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import msgspec
import numpy as np

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadSettings
from pawsight.recipes import Phase, Recipe, find
from pawsight.train.preflight import training_indices

PROBE = 16  # photos in one measurement
FIXED = 60.0  # seconds for loading libraries, building and exporting graphs, on a machine that takes PACE for a photo
PACE = 0.01  # seconds
TUNING = 6.0  # an epoch of fine-tuning costs so many forward passes of each training photo
FINISHING = 12.0  # calibration, int8 and figures cost so many forward passes of each validation photo
SMALL = 160  # side of photos, in pixels, where an epoch at the recipe's own size does not fit
LEAST = 100  # training photos below which features are no basis for a model


@dataclass(frozen=True)
class BudgetPlan:
    """What fits into a time.

    Attributes:
        recipe: with so many photos and epochs as fit.
        training: seconds from the start after which training stops, so that the rest fits, too.
        why: the choice in words.
    """

    recipe: Recipe
    training: float
    why: str


def measure_pace() -> float:
    """Measure how long one photo takes through the default model here, on one thread; the better of three times.

    Returns:
        Seconds.
    """
    classifier = Classifier.load("default")
    size = classifier.card.input.size
    photos = list(np.random.default_rng(0).integers(0, 256, (PROBE, size, size, 3), dtype=np.uint8))
    times = []
    for _ in range(3):
        start = time.monotonic()
        classifier.predict_fitted(photos)
        times.append((time.monotonic() - start) / PROBE)
    return min(times)


def plan(budget: float, pace: float, data: Dataset) -> BudgetPlan:
    """Choose what to train within a time.

    Args:
        budget: seconds, from the measurement to the finished model.
        pace: seconds for one photo, from `measure_pace`.
        data: prepared photos.

    Raises:
        BadSettings: not even the quickest training fits.
    """
    recipe = find("lite0")
    train, held = len(training_indices(data, recipe)), len(data.indices("validation"))
    rest = FIXED * max(1.0, pace / PACE) + FINISHING * held * pace
    head, half = recipe.views * pace, TUNING * pace / 2  # seconds for one photo; a short epoch at SMALL takes half
    photos = min(train, int((budget - rest) / (head + half)))
    if photos < min(train, LEAST):
        needed = (rest + min(train, LEAST) * (head + half)) / 60
        raise BadSettings(
            f"Training takes at least {needed:.1f} minutes here: a photo takes {pace * 1000:.0f} ms.", "Give more time."
        )
    epoch = (TUNING * photos + held) * pace
    epochs = int((budget - rest - head * photos) / epoch)
    chosen = _shortened(recipe, photos if photos < train else 0, max(1, epochs), recipe.size if epochs else SMALL)
    shown = sum(phase.epochs for phase in chosen.phases)
    why = (
        f"A photo takes {pace * 1000:.1f} ms here: recipe {recipe.name}, {photos:,} of {train:,} training photos, "
        f"{shown} epoch{'s'[: shown != 1]} at {recipe.size if epochs else SMALL} pixels."
    )
    return BudgetPlan(chosen, budget - rest, why)


def _shortened(recipe: Recipe, photos: int, epochs: int, side: int) -> Recipe:
    """Return a recipe of so many photos and epochs, the first phases first, shown at this size."""
    phases: list[Phase] = []
    for phase in recipe.phases:
        if count := min(phase.epochs, epochs):
            sizes = phase.sizes if side == recipe.size else ((count, side),)
            phases.append(msgspec.structs.replace(phase, epochs=count, sizes=sizes))
        epochs -= count
    return msgspec.structs.replace(recipe, photos=photos, phases=tuple(phases))
