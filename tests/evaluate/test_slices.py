"""Slices are rules on decoded photos, with fixed cut-offs."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.evaluate.robustness import blur
from pawsight.evaluate.run import evaluate
from pawsight.evaluate.slices import (
    BLURRY,
    BRIGHT,
    DARK,
    DARK_MIDDLE,
    LONG,
    RULES,
    SMALL,
    Traits,
    measure_slices,
    slices,
    traits,
)

ORDINARY = Traits(brightness=120, middle=120, sharpness=20, shorter=300, ratio=1.3)


def names(one: Traits) -> list[str]:
    return [name for name, _, fits in RULES if fits(one)]


def _black_animal() -> np.ndarray:
    photo = np.full((400, 400, 3), 140, np.uint8)
    photo[60:340, 60:340] = DARK_MIDDLE - 40
    return photo


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("level", "expected"), [(0, 0), (DARK - 1, DARK - 1), (255, 255)], ids=["black", "below the cut-off", "white"]
)
def test_brightness_is_the_mean_grey_level(level: int, expected: float) -> None:
    assert traits(np.full((50, 80, 3), level, np.uint8)).brightness == pytest.approx(expected)


def test_each_rule_picks_its_photos() -> None:
    assert names(ORDINARY) == []
    assert names(traits(np.full((400, 400, 3), DARK - 1, np.uint8))) == ["dark", "blurry"]
    assert names(traits(_black_animal())) == ["dark middle"]
    assert names(traits(np.full((400, 400, 3), BRIGHT + 1, np.uint8))) == ["bright", "blurry"]
    assert names(traits(noise(SMALL - 1, 200))) == ["small"]
    assert names(traits(noise(300, int(300 * LONG) + 1))) == ["long"]
    assert names(traits(noise(int(300 * LONG) + 1, 300))) == ["long"]
    assert names(traits(noise(300, 300))) == []


def test_a_blurred_photo_is_less_sharp_at_any_size() -> None:
    for side in (300, 600):
        sharp = noise(side // 10, side // 10).repeat(10, axis=0).repeat(10, axis=1)
        blurred = traits(blur(sharp, 0.05)).sharpness
        assert blurred < BLURRY < traits(sharp).sharpness


def test_each_slice_says_what_is_right_refused_and_left_to_people() -> None:
    dark, small = Traits(10, 100, 20, 300, 1), Traits(100, 100, 20, 100, 1)
    right, verdicts = np.array([True, False, True, True]), np.array(["cat", "neither", "unsure", "dog"])
    found = slices([dark, small, ORDINARY, ORDINARY], ["photos"] * 3 + ["drawn"], right, verdicts)
    measured = {one.name: (one.accuracy.n, one.accuracy.value, one.refused.value, one.unsure.value) for one in found}
    nothing = (0, None, None, None)
    assert measured == {
        "dark": (1, 1.0, 0.0, 0.0),
        "bright": nothing,
        "dark middle": nothing,
        "blurry": nothing,
        "small": (1, 0.0, 1.0, 0.0),
        "long": nothing,
        "drawn": (1, 1.0, 0.0, 0.0),
        "none of these": (1, 1.0, 0.0, 1.0),
    }
    assert "below 70 of 255" in found[0].rule


def test_a_set_of_one_source_has_no_slice_of_it(classifier: Classifier, coloured: Dataset) -> None:
    result = evaluate(classifier, coloured, "train")
    assert {one.name for one in measure_slices(result, classifier, coloured)} == {name for name, _, _ in RULES} | {
        "none of these"
    }


def test_only_photos_of_one_class_count(classifier: Classifier, coloured: Dataset) -> None:
    result = evaluate(classifier, coloured, "train")
    found = {one.name: one.accuracy for one in measure_slices(result, classifier, coloured)}
    assert found["small"].n == result.metrics.accuracy.n  # the test's photos are 48 x 36
    assert found["small"].value == result.metrics.accuracy.value
    assert found["none of these"].n == 0
