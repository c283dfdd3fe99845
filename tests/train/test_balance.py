"""Rare classes count as much as frequent ones, emphasized sources more, and the mean photo counts as before."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import pytest

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.train.balance import loss_weights, photo_weights
from pawsight.train.loader import PhotoLoader

TARGETS = np.array([[1, 0]] * 8 + [[0, 1]] * 2 + [[0, 0]] * 2 + [[1, 1]], dtype=np.float32)


def test_each_class_has_the_same_weight_in_all() -> None:
    chosen = np.arange(12)  # without the photo of both
    weights = photo_weights(TARGETS, chosen)
    assert weights[chosen].mean() == pytest.approx(1)
    sums = [weights[:8].sum(), weights[8:10].sum(), weights[10:12].sum()]
    assert sums == pytest.approx([4, 4, 4])


def test_a_photo_of_both_counts_as_its_rarer_class() -> None:
    weights = photo_weights(TARGETS, np.arange(13))
    assert weights[12] == weights[8] > weights[0]


def test_even_classes_weigh_nothing() -> None:
    assert photo_weights(TARGETS[:10], np.array([0, 1, 8, 9])).tolist()[:2] == [1, 1]


def test_a_source_that_is_emphasized_counts_as_often_as_the_recipe_says(data: Dataset, small: Recipe) -> None:
    chosen = data.indices("train")
    assert loss_weights(data, chosen, small) is None
    source = data.rows[0].source
    everything = loss_weights(data, chosen, msgspec.structs.replace(small, emphasis={source: 5.0, "drawn": 9.0}))
    assert everything is not None
    assert everything[chosen] == pytest.approx(np.ones(len(chosen)))  # all of them are from this one source


def test_drawings_weigh_five_times_as_much_as_photos(data: Dataset, small: Recipe) -> None:
    drawn = data.indices("train")[::4]
    rows = [
        dataclasses.replace(row, path=f"drawn.zip/{row.path}") if place in drawn else row
        for place, row in enumerate(data.rows)
    ]
    mixed = dataclasses.replace(data, rows=tuple(rows))
    weights = loss_weights(mixed, data.indices("train"), msgspec.structs.replace(small, emphasis={"drawn": 5.0}))
    assert weights is not None
    others = np.setdiff1d(data.indices("train"), drawn)
    assert weights[drawn] == pytest.approx(5 * weights[others][0])
    assert weights[data.indices("train")].mean() == pytest.approx(1)


def test_batches_carry_the_weights_of_their_photos(data: Dataset, small: Recipe) -> None:
    indices = data.indices("train")
    weights = np.arange(len(data.rows), dtype=np.float32)
    loader = PhotoLoader(data, indices, small, 0, weights=weights, show=lambda seen, wanted: (seen, {"logits": wanted}))
    _, wanted, own = loader[0]
    assert own["logits"].tolist() == loader.places(0).tolist()
    assert len(wanted["logits"]) == len(own["logits"])
