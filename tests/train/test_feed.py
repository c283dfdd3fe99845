"""Batches: everything is shown once an epoch, in an order and form that a resumed run sees again."""

from __future__ import annotations

import msgspec
import numpy as np

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.train.feed import Feed, training_indices


def test_an_epoch_shows_every_photo_once(data: Dataset, small: Recipe) -> None:
    indices = data.indices("train")
    plain = msgspec.structs.replace(small, augment=type(small.augment)())
    feed = Feed(data, indices, plain, epoch=0)
    shown = np.concatenate([feed[number][0] for number in range(len(feed))])
    assert shown.dtype == np.uint8
    assert sorted(photo.tobytes() for photo in shown) == sorted(data.pixels[place].tobytes() for place in indices)


def test_photos_and_targets_stay_together(data: Dataset, small: Recipe) -> None:
    photos, targets = Feed(data, data.indices("train"), small, epoch=3)[0]
    red, blue = photos[..., 0].mean(axis=(1, 2)), photos[..., 2].mean(axis=(1, 2))
    green = photos[..., 1].mean(axis=(1, 2))
    told = np.stack([(red > blue) & (red > green), (blue > red) & (blue > green)], axis=1)
    np.testing.assert_array_equal(told, targets.astype(bool))


def test_epochs_differ_and_repeat_exactly(data: Dataset, small: Recipe) -> None:
    first, again, other = (Feed(data, data.indices("train"), small, epoch)[0][0] for epoch in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_validation_is_shown_as_it_is_and_in_order(data: Dataset, small: Recipe) -> None:
    indices = data.indices("validation")
    photos, _ = Feed(data, indices, small)[0]
    np.testing.assert_array_equal(photos, data.pixels[indices[: len(photos)]])


def test_fewer_photos_are_chosen_by_content(data: Dataset, small: Recipe) -> None:
    chosen = training_indices(data, msgspec.structs.replace(small, photos=10))
    hashes = sorted(data.rows[place].sha256 for place in data.indices("train"))
    assert [data.rows[place].sha256 for place in chosen] == hashes[:10]
