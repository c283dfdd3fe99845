"""Batches: everything is shown once an epoch, in an order and form that a resumed run sees again."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from pawsight.data import Dataset
from pawsight.images import resize
from pawsight.recipes import Augment, Recipe
from pawsight.train.loader import PhotoLoader
from pawsight.train.preflight import training_indices
from pawsight.types import Floats, Pixels


def _shown_by_color(photos: Pixels) -> npt.NDArray[np.bool_]:
    """What the photos of the test set show, by their color: `(N, 2)`, cat and dog."""
    red, green, blue = (photos[..., channel].mean(axis=(1, 2)) for channel in range(3))
    return np.stack([(red > blue) & (red > green), (blue > red) & (blue > green)], axis=1)


def test_an_epoch_shows_every_photo_once(data: Dataset, small: Recipe) -> None:
    indices = data.indices("train")
    plain = msgspec.structs.replace(small, augment=Augment())
    feed = PhotoLoader(data, indices, plain, epoch=0)
    shown = np.concatenate([feed[number][0] for number in range(len(feed))])
    assert shown.dtype == np.uint8
    assert sorted(photo.tobytes() for photo in shown) == sorted(data.pixels[place].tobytes() for place in indices)


def test_training_leaves_out_what_does_not_fill_a_batch_and_other_photos_each_time(
    data: Dataset, small: Recipe
) -> None:
    indices = data.indices("train")
    recipe = msgspec.structs.replace(small, batch=len(indices) - 1)
    feeds = [PhotoLoader(data, indices, recipe, epoch, whole_batches=True) for epoch in range(3)]
    assert [len(feed) for feed in feeds] == [1, 1, 1]
    assert {len(feed.places(0)) for feed in feeds} == {len(indices) - 1}
    left_out = [set(indices) - set(feed.places(0)) for feed in feeds]
    assert len(set.union(*left_out)) > 1
    few = PhotoLoader(data, indices[:3], recipe, 0, whole_batches=True)
    assert len(few.places(0)) == 3  # all there is


def test_photos_and_targets_stay_together(data: Dataset, small: Recipe) -> None:
    photos, targets = PhotoLoader(data, data.indices("train"), small, epoch=3)[0]
    np.testing.assert_array_equal(_shown_by_color(photos), targets.astype(bool))


def test_epochs_differ_and_repeat_exactly(data: Dataset, small: Recipe) -> None:
    paired = msgspec.structs.replace(small, augment=Augment(crop=0.6, flip=True, pair=0.5))
    for recipe in (small, paired):
        first, again, other = (PhotoLoader(data, data.indices("train"), recipe, epoch)[0] for epoch in (1, 1, 2))
        for one, two in zip(first, again, strict=True):
            np.testing.assert_array_equal(one, two)
        assert not np.array_equal(first[0], other[0])


def test_validation_is_shown_as_it_is_and_in_order(data: Dataset, small: Recipe) -> None:
    indices = data.indices("validation")
    paired = msgspec.structs.replace(small, augment=Augment(pair=1.0))
    photos, targets = PhotoLoader(data, indices, paired)[0]
    np.testing.assert_array_equal(photos, data.pixels[indices[: len(photos)]])
    np.testing.assert_array_equal(targets, data.targets[indices[: len(photos)]])


@pytest.mark.parametrize("epoch", [None, 0])
def test_photos_come_in_the_size_asked_for(epoch: int | None, data: Dataset, small: Recipe) -> None:
    smaller = msgspec.structs.replace(small, size=24)
    indices = data.indices("train")
    assert PhotoLoader(data, indices, smaller, epoch)[0][0].shape[1:] == (24, 24, 3)
    assert PhotoLoader(data, indices, smaller, epoch, size=16)[0][0].shape[1:] == (16, 16, 3)


def test_validation_is_made_smaller_as_any_photo_is(data: Dataset, small: Recipe) -> None:
    indices = data.indices("validation")
    photos = PhotoLoader(data, indices, small, size=20).pixels(0)
    np.testing.assert_array_equal(photos, [resize(data.pixels[place], (20, 20)) for place in indices[: len(photos)]])


def _by_place(feed: PhotoLoader) -> dict[int, Pixels]:
    return {
        int(place): photo
        for number in range(len(feed))
        for place, photo in zip(feed.places(number), feed.pixels(number), strict=True)
    }


def test_a_view_is_the_same_in_any_epoch(data: Dataset, small: Recipe) -> None:
    indices = data.indices("train")
    of_view, of_epoch, other = (
        PhotoLoader(data, indices, small, epoch, view=view) for epoch, view in ((9, 3), (3, None), (9, 4))
    )
    assert not np.array_equal(of_view.places(0), of_epoch.places(0))  # the order is the epoch's
    np.testing.assert_array_equal(of_view.places(0), other.places(0))
    seen, again, another = map(_by_place, (of_view, of_epoch, other))
    for place in seen:
        np.testing.assert_array_equal(seen[place], again[place])
    assert any(not np.array_equal(seen[place], another[place]) for place in seen)


def test_other_targets_take_the_place_of_the_labels(data: Dataset, small: Recipe) -> None:
    taught = np.random.default_rng(0).random(data.targets.shape).astype(np.float32)
    feed = PhotoLoader(data, data.indices("train"), small, epoch=1, targets=taught)
    np.testing.assert_array_equal(feed[0][1], taught[feed.places(0)])


def test_a_batch_is_shown_as_the_model_wants_it(data: Dataset, small: Recipe) -> None:
    def show(pixels: Pixels, targets: Floats) -> tuple[Any, Any]:
        return {"half": pixels // 2}, {"double": 2 * targets}

    feed = PhotoLoader(data, data.indices("train"), small, epoch=1, show=show)
    photos, targets = feed[0]
    np.testing.assert_array_equal(photos["half"], feed.pixels(0) // 2)
    np.testing.assert_array_equal(targets["double"], 2 * feed.targets(0))


@pytest.mark.parametrize("share", [0.4, 1.0])
def test_the_target_of_a_pair_is_what_both_photos_show(share: float, data: Dataset, small: Recipe) -> None:
    paired = msgspec.structs.replace(small, augment=Augment(crop=0.6, flip=True, pair=share))
    feed = PhotoLoader(data, data.indices("train"), paired, epoch=1)
    together = []
    for number in range(len(feed)):
        for place, target in zip(feed.places(number), feed.targets(number), strict=True):
            partner = feed.partner(int(place))
            shown = data.targets[place] if partner is None else np.maximum(data.targets[place], data.targets[partner])
            np.testing.assert_array_equal(target, shown)
            together.append(partner is not None)
    assert np.mean(together) == pytest.approx(share, abs=0.15)


def test_pairs_leave_the_labels_alone(data: Dataset, small: Recipe) -> None:
    paired = msgspec.structs.replace(small, augment=Augment(pair=1.0))
    before = data.targets.copy()
    feed = PhotoLoader(data, data.indices("train"), paired, epoch=1)
    both = np.concatenate([feed.targets(number) for number in range(len(feed))]).all(axis=1)
    assert both.any()
    np.testing.assert_array_equal(data.targets, before)


def test_fewer_photos_are_chosen_by_content(data: Dataset, small: Recipe) -> None:
    chosen = training_indices(data, msgspec.structs.replace(small, photos=10))
    hashes = sorted(data.rows[place].sha256 for place in data.indices("train"))
    assert [data.rows[place].sha256 for place in chosen] == hashes[:10]


def test_kinds_held_back_are_never_trained_on(data: Dataset, small: Recipe) -> None:
    rows = tuple(dataclasses.replace(row, kind="cow" if row.label == "neither" else "") for row in data.rows)
    farm = dataclasses.replace(data, rows=rows)
    chosen = training_indices(farm, msgspec.structs.replace(small, unseen=("cow",)))
    assert {rows[place].label for place in chosen} == {"cat", "dog"}
    assert len(training_indices(farm, small)) == len(data.indices("train")) > len(chosen)
