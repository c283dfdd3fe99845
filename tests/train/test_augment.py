"""Augmentation changes how a photo looks, never its type, or the photo it was made from."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.recipes import Augment, find
from pawsight.train.augment import augment, side_by_side
from pawsight.types import Pixels

SIZE = 32
PHOTO = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)


def _augment(photo: Pixels, how: Augment, seed: int, size: int = SIZE) -> Pixels:
    return augment(photo, how, np.random.default_rng(seed), size)


def test_the_default_changes_nothing() -> None:
    np.testing.assert_array_equal(_augment(PHOTO, Augment(), 0), PHOTO)


@pytest.mark.parametrize("size", [24, 32, 40])
@pytest.mark.parametrize("seed", range(10))
def test_a_full_augmentation_gives_the_size_and_keeps_its_source(seed: int, size: int) -> None:
    before = PHOTO.copy()
    changed = _augment(PHOTO, find("lite0").augment, seed, size)
    assert changed.shape == (size, size, 3)
    assert changed.dtype == np.uint8
    assert not np.array_equal(changed, PHOTO)
    np.testing.assert_array_equal(PHOTO, before)


def test_the_same_state_gives_the_same_photo() -> None:
    how = find("lite0").augment
    np.testing.assert_array_equal(_augment(PHOTO, how, 7), _augment(PHOTO, how, 7))


def _where(photo: Pixels) -> tuple[int, ...]:
    """What part of `_places` is seen: its first and last column and row, in the order shown."""
    return tuple(
        photo[place][..., channel].mean() for channel, place in ((0, np.s_[:, 0]), (0, np.s_[:, -1]), (1, 0), (1, -1))
    )


def test_a_view_shows_the_same_part_at_any_size() -> None:
    """What a teacher saw at its size is what its pupil sees at another."""
    column, row = np.meshgrid(np.arange(64) * 4, np.arange(64) * 4)
    places = np.stack([column, row, column], axis=-1).astype(np.uint8)
    how = Augment(crop=0.3, stretch=1.5, flip=True, blur=0.5)
    views = [[_where(_augment(places, how, seed, size)) for seed in range(20)] for size in (48, 64, 96)]
    assert np.ptp(views[0], axis=0).min() > 60  # they do differ from each other
    np.testing.assert_allclose(views[0], views[1], atol=8)
    np.testing.assert_allclose(views[2], views[1], atol=8)


def test_colours_change_alike_at_any_size() -> None:
    plain = np.full((SIZE, SIZE, 3), (200, 90, 40), np.uint8)
    how = Augment(blur=0.5, brightness=0.3, contrast=0.3, saturation=0.4, grey=0.3)
    small, large = (np.stack([_augment(plain, how, seed, size)[0, 0] for seed in range(20)]) for size in (16, 32))
    np.testing.assert_array_equal(small, large)
    assert np.ptp(small, axis=0).min() > 30


def test_flipping_mirrors_about_half() -> None:
    mirrored = [np.array_equal(_augment(PHOTO, Augment(flip=True), seed), PHOTO[:, ::-1]) for seed in range(200)]
    assert 70 < sum(mirrored) < 130


def test_grey_photos_have_no_colour() -> None:
    grey = _augment(PHOTO, Augment(grey=1.0), 0).astype(int)
    assert np.ptp(grey, axis=2).max() <= 1
    luma = PHOTO @ [0.299, 0.587, 0.114]
    assert np.abs(grey[:, :, 0] - luma).max() <= 1


def test_a_crop_enlarges_a_part() -> None:
    gradient = np.broadcast_to(np.arange(32, dtype=np.uint8)[None, :, None] * 8, (32, 32, 3)).copy()
    for seed in range(20):
        assert np.ptp(_augment(gradient, Augment(crop=0.25), seed)) < np.ptp(gradient)


def test_blur_removes_detail() -> None:
    blurred = _augment(PHOTO, Augment(blur=1.0), 0)
    assert np.abs(np.diff(blurred.astype(int), axis=1)).mean() < np.abs(np.diff(PHOTO.astype(int), axis=1)).mean() / 2


def _framed(colour: int, size: int) -> Pixels:
    """A photo whose outer sixths are white."""
    photo = np.full((size, size, 3), 255, np.uint8)
    sixth = size // 6
    photo[sixth : size - sixth, sixth : size - sixth] = colour
    return photo


@pytest.mark.parametrize("size", [36, 37])
@pytest.mark.parametrize("upright", [True, False])
def test_two_photos_share_one_place(upright: bool, size: int) -> None:
    pair = side_by_side(_framed(50, size), _framed(150, size), upright)
    assert pair.shape == (size, size, 3)
    assert pair.dtype == np.uint8
    if not upright:
        pair = pair.transpose(1, 0, 2)
    half, edge = size // 2, 2  # between two colours they mix
    sides = pair[:, size // 6 + edge : size - size // 6 - edge]
    assert (sides[edge : half - edge] == 50).all()
    assert (sides[half + edge : -edge] == 150).all()
    assert (pair[:, 0] == 255).all()  # across, all of each photo is kept
