"""Augmentation changes how a photo looks, never its type, or the photo it was made from."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.recipes import Augment, find
from pawsight.train.augment import augment, combine
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


def _flat(value: int, size: int = 60) -> Pixels:
    return np.full((size, size, 3), value, np.uint8)


def _shares(size: int = 60, tries: int = 200) -> list[float]:
    """Share of the picture that the second photo takes, in many pictures of two."""
    pictures = [combine(_flat(50, size), _flat(150, size), np.random.default_rng(seed)) for seed in range(tries)]
    assert all(picture.shape == (size, size, 3) and picture.dtype == np.uint8 for picture in pictures)
    return [float((picture[:, :, 0] > 100).mean()) for picture in pictures]


@pytest.mark.parametrize("size", [60, 61])
def test_two_photos_share_a_picture_in_many_sizes(size: int) -> None:
    shares = _shares(size)
    assert min(shares) < 0.15  # an inset
    assert max(shares) > 0.6
    assert min(shares) > 0.05  # never so small that nobody would see it


def test_two_photos_lie_next_to_each_other_or_one_in_the_other() -> None:
    insets = 0
    for seed in range(100):
        second = combine(_flat(50), _flat(150), np.random.default_rng(seed))[:, :, 0] > 100
        corners = second[[0, 0, -1, -1], [0, -1, 0, -1]]
        insets += not corners.any()
        assert corners.sum() in (0, 1, 2)
    assert 20 < insets < 60


def test_one_state_gives_one_picture() -> None:
    pictures = [combine(PHOTO, PHOTO[::-1], np.random.default_rng(3)) for _ in range(2)]
    np.testing.assert_array_equal(*pictures)  # type: ignore[arg-type]
