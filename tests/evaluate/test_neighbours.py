"""Neighbours are training photos, the most alike first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.evaluate.neighbours import nearest


def test_neighbours_are_those_of_a_plain_search(classifier: Classifier, coloured: Dataset) -> None:
    indices = coloured.indices("train")
    features = np.stack(
        [answer.features for answer in classifier.predict_fitted([coloured.pixels[place] for place in indices])]
    )
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    queries = np.array([[0.9, 0.1, 0.1], [0.1, 0.8, 0.2]], dtype=np.float32)
    cosines = unit @ (queries / np.linalg.norm(queries, axis=1, keepdims=True)).T
    for query, found in enumerate(nearest(classifier, coloured, queries, 5)):
        best = np.sort(cosines[:, query])[::-1][:5]
        np.testing.assert_allclose([one.similarity for one in found], best, atol=1e-5)
        for one in found:
            assert coloured.rows[one.place].split == "train"
            assert one.similarity == pytest.approx(cosines[list(indices).index(one.place), query], abs=1e-5)


def test_a_training_photo_is_its_own_nearest(classifier: Classifier, coloured: Dataset) -> None:
    place = int(coloured.indices("train")[3])
    answer = classifier.predict_fitted([coloured.pixels[place]])[0]
    ((first, *_),) = nearest(classifier, coloured, answer.features[None], 2)
    assert first.place == place
    assert first.similarity == pytest.approx(1, abs=1e-5)


def test_look_alikes_share_the_colour(classifier: Classifier, coloured: Dataset) -> None:
    blue = classifier.predict_fitted([np.full((32, 32, 3), (40, 50, 210), np.uint8)])[0]
    (found,) = nearest(classifier, coloured, blue.features[None], 3)
    assert [coloured.rows[one.place].label for one in found] == ["dog"] * 3


def test_without_training_photos_there_are_none(classifier: Classifier, coloured: Dataset) -> None:
    rows = tuple(replace(row, split="test") for row in coloured.rows)
    assert nearest(classifier, replace(coloured, rows=rows), np.ones((2, 3), np.float32), 3) == [[], []]


def test_what_takes_long_is_watched(classifier: Classifier, coloured: Dataset) -> None:
    seen: list[tuple[int, str]] = []

    def watch(items, total, label):  # type: ignore[no-untyped-def]
        seen.append((total, label))
        return items

    nearest(classifier, coloured, np.ones((1, 3), np.float32), 1, watch)
    assert seen == [(-(-len(coloured.indices("train")) // 16), "Comparing with training photos")]
