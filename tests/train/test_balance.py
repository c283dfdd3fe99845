"""Rare classes count as much as frequent ones, and the mean photo counts as before."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.train.balance import photo_weights
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


def test_batches_carry_the_weights_of_their_photos(data: Dataset, small: Recipe) -> None:
    indices = data.indices("train")
    weights = np.arange(len(data.rows), dtype=np.float32)
    loader = PhotoLoader(data, indices, small, 0, weights=weights, show=lambda seen, wanted: (seen, {"logits": wanted}))
    _, wanted, own = loader[0]
    assert own["logits"].tolist() == loader.places(0).tolist()
    assert len(wanted["logits"]) == len(own["logits"])
