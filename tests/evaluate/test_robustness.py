"""Disturbances change photos as they say, and all models are asked about the same ones."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.evaluate.robustness import (
    DISTURBANCES,
    blur,
    compress,
    crop,
    darken,
    measure_robustness,
    rotate,
    sample_indices,
    variants,
)
from pawsight.evaluate.run import evaluate
from pawsight.types import Pixels


@pytest.fixture
def photo() -> Pixels:
    """Coarse noise, 120 x 160: it has edges, and corners of its own."""
    coarse = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return coarse.repeat(10, axis=0).repeat(10, axis=1)


def test_turning_keeps_the_middle_and_greys_the_corners(photo: Pixels) -> None:
    turned = rotate(photo, 45)
    assert turned.shape == photo.shape
    assert turned[0, 0].tolist() == [127, 127, 127]
    square = photo[:, :120]
    np.testing.assert_array_equal(rotate(square, 90), np.rot90(square))


def test_blurring_takes_edges_away(photo: Pixels) -> None:
    edges = [np.abs(np.diff(one.astype(int), axis=1)).max() for one in (photo, blur(photo, 0.01), blur(photo, 0.04))]
    assert edges == sorted(edges, reverse=True)
    assert edges[2] < edges[0] / 4


def test_compressing_costs_more_at_lower_quality(photo: Pixels) -> None:
    errors = [np.abs(compress(photo, quality).astype(int) - photo).mean() for quality in (95, 20, 5)]
    assert 0 < errors[0] < errors[1] < errors[2]


def test_cropping_keeps_the_middle(photo: Pixels) -> None:
    np.testing.assert_array_equal(crop(photo, 0.5), photo[30:90, 40:120])
    assert crop(np.zeros((2, 1, 3), np.uint8), 0.3).size > 0


def test_darkening_scales_the_light(photo: Pixels) -> None:
    assert darken(np.full((2, 2, 3), 200, np.uint8), 0.25).tolist() == np.full((2, 2, 3), 50).tolist()


def test_every_disturbance_has_three_strengths_and_none_changes_the_photo_itself(photo: Pixels) -> None:
    before = photo.copy()
    made = list(variants(photo))
    assert [len(one.strengths) for one in DISTURBANCES] == [3] * 5
    assert len(made) == 16
    np.testing.assert_array_equal(made[0], photo)
    assert not any(np.array_equal(one, photo) for one in made[1:])
    np.testing.assert_array_equal(photo, before)


def test_accuracy_after_each_disturbance(classifier: Classifier, coloured: Dataset) -> None:
    result = evaluate(classifier, coloured, "train")
    count = len(sample_indices(result, coloured, 10_000))
    assert count == result.metrics.accuracy.n
    outcomes = measure_robustness(result, classifier, coloured, 10_000)
    measured = {one.name: one.accuracy for one in outcomes}
    assert len(measured) == 16
    assert measured["as they are"] == result.metrics.accuracy
    # The tiny model goes by colour: it does not mind blur, but in the dark it sees none.
    assert measured["blurred 4 %"] == result.metrics.accuracy
    assert measured["darkened to 10 %"].n == count


def test_a_smaller_sample_is_part_of_a_larger_one(classifier: Classifier, coloured: Dataset) -> None:
    result = evaluate(classifier, coloured, "train")
    few, more = sample_indices(result, coloured, 5), sample_indices(result, coloured, 9)
    assert list(more[:5]) == list(few)
    assert all(coloured.targets[place].sum() == 1 for place in more)
    assert measure_robustness(result, classifier, coloured, 5)[0].accuracy.n == 5
