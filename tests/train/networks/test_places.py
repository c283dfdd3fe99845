"""Scores by place: two classes with a good place each are both in the photo, two of one class are not."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from pawsight.train.networks.places import Places
from pawsight.types import Floats

CAT, DOG, PANDA = range(3)
SIDE = 7


def _maps(spots: list[tuple[int, int]], classes: int = 2) -> Floats:
    """Maps `(1, 7, 7, C)` where nothing is, but for a 2x2 spot of a class in a corner (0 to 3)."""
    maps = np.full((1, SIDE, SIDE, classes), -6, np.float32)
    for kind, corner in spots:
        row, column = divmod(corner, 2)
        maps[0, row * 5 : row * 5 + 2, column * 5 : column * 5 + 2, kind] = 8
    return maps


@pytest.fixture(params=[2, 3])
def classes(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def places(classes: int) -> Places:
    places = Places.of(classes)
    assert places is not None
    places.set(2.0, 4.0)
    return places


def _scores(places: Places, maps: Floats, whole: float = 0.01) -> Floats:
    scores = np.full((1, maps.shape[-1]), whole, np.float32)
    return keras.ops.convert_to_numpy(places(scores, maps))[0]


def test_a_cat_here_and_a_dog_there_are_both(places: Places, classes: int) -> None:
    scores = _scores(places, _maps([(CAT, 0), (DOG, 3)], classes))
    assert scores[[CAT, DOG]].min() > 0.99
    assert (scores[2:] < 0.02).all()


@pytest.mark.parametrize("spots", [[], [(CAT, 0)], [(CAT, 0), (CAT, 3)], [(DOG, 1), (DOG, 2)]])
def test_one_or_two_of_a_class_change_nothing(places: Places, classes: int, spots: list[tuple[int, int]]) -> None:
    np.testing.assert_allclose(_scores(places, _maps(spots, classes)), 0.01, atol=1e-4)


def test_a_single_hot_place_is_noise(places: Places, classes: int) -> None:
    maps = _maps([(CAT, 0)], classes)
    maps[0, 6, 6, DOG] = 8
    assert _scores(places, maps)[DOG] < 0.02


def test_what_the_whole_photo_says_is_never_lowered(places: Places, classes: int) -> None:
    assert _scores(places, _maps([(CAT, 0), (DOG, 3)], classes), whole=0.9).min() >= 0.9


def test_places_change_nothing_before_they_are_set(classes: int) -> None:
    fresh = Places.of(classes)
    assert fresh is not None
    np.testing.assert_allclose(_scores(fresh, _maps([(CAT, 0), (DOG, 3)], classes)), 0.01, atol=1e-6)


@pytest.mark.parametrize("sides", [(1, 1), (1, 3), (2, 1)])
def test_maps_may_be_smaller_than_the_window(places: Places, classes: int, sides: tuple[int, int]) -> None:
    """Small photos have maps of one place only, as those of EfficientNet for 32 pixels."""
    scores = _scores(places, np.full((1, *sides, classes), 8, np.float32))
    np.testing.assert_allclose(scores, 1, atol=1e-3)


def test_a_single_class_has_no_second() -> None:
    assert Places.of(1) is None
