"""Augmentation changes how a photo looks, never its size, its type, or the photo it was made from."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.recipes import Augment, find
from pawsight.train.augment import augment

PHOTO = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def test_the_default_changes_nothing() -> None:
    np.testing.assert_array_equal(augment(PHOTO, Augment(), np.random.default_rng(0)), PHOTO)


@pytest.mark.parametrize("seed", range(20))
def test_a_full_augmentation_keeps_shape_and_source(seed: int) -> None:
    before = PHOTO.copy()
    changed = augment(PHOTO, find("lite0").augment, np.random.default_rng(seed))
    assert changed.shape == PHOTO.shape
    assert changed.dtype == np.uint8
    assert not np.array_equal(changed, PHOTO)
    np.testing.assert_array_equal(PHOTO, before)


def test_the_same_state_gives_the_same_photo() -> None:
    how = find("lite0").augment
    first, second = (augment(PHOTO, how, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_flipping_mirrors_about_half() -> None:
    mirrored = [
        np.array_equal(augment(PHOTO, Augment(flip=True), np.random.default_rng(seed)), PHOTO[:, ::-1])
        for seed in range(200)
    ]
    assert 70 < sum(mirrored) < 130


def test_grey_photos_have_no_colour() -> None:
    grey = augment(PHOTO, Augment(grey=1.0), np.random.default_rng(0)).astype(int)
    assert np.ptp(grey, axis=2).max() <= 1
    luma = PHOTO @ [0.299, 0.587, 0.114]
    assert np.abs(grey[:, :, 0] - luma).max() <= 1


def test_a_crop_enlarges_a_part() -> None:
    gradient = np.broadcast_to(np.arange(32, dtype=np.uint8)[None, :, None] * 8, (32, 32, 3)).copy()
    for seed in range(20):
        cropped = augment(gradient, Augment(crop=0.25), np.random.default_rng(seed))
        assert np.ptp(cropped) < np.ptp(gradient)


def test_blur_removes_detail() -> None:
    blurred = augment(PHOTO, Augment(blur=1.0), np.random.default_rng(0))
    assert np.abs(np.diff(blurred.astype(int), axis=1)).mean() < np.abs(np.diff(PHOTO.astype(int), axis=1)).mean() / 2
