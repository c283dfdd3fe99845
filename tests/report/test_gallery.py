"""The gallery shows the worst first, and says what each looks like."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from pawsight import images
from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.evaluate.run import Evaluation, evaluate
from pawsight.report.gallery import embed, false_accepts, mistakes, show
from pawsight.types import no_progress


@pytest.fixture
def result(classifier: Classifier, coloured: Dataset) -> Evaluation:
    return evaluate(classifier, coloured, "train")


def test_the_most_confident_mistakes_come_first(result: Evaluation) -> None:
    places = mistakes(result)
    assert set(places) == set(np.flatnonzero(result.single & ~result.right))
    lead = [result.scores[place].max() - result.scores[place][result.targets[place] == 1][0] for place in places]
    assert lead == sorted(lead, reverse=True)


def test_strangers_are_the_photos_of_none(result: Evaluation) -> None:
    places = false_accepts(result)
    assert {result.targets[place].sum() for place in places} == {0}
    highest = [result.scores[place].max() for place in places]
    assert highest == sorted(highest, reverse=True)
    assert len(places) == (result.targets.sum(axis=1) == 0).sum()


def test_a_case_shows_everything(result: Evaluation, classifier: Classifier, coloured: Dataset) -> None:
    place = mistakes(result)[0]
    corrections = {result.paths[place]: "cat"}
    (case,) = show([place], result, classifier, coloured, corrections, no_progress)
    assert (case.path, case.label, case.correction) == (result.paths[place], "dog", "cat")
    assert case.prediction.label == "cat"
    np.testing.assert_allclose(list(case.prediction.scores.values()), result.scores[place], atol=1e-6)
    assert case.photo != case.heat
    assert len(case.lookalikes) == 3
    own = embed(coloured.pixels[coloured.indices("train")[place]], 96)
    assert own not in [alike.photo for alike in case.lookalikes]  # a training photo is not its own look-alike


def test_nothing_to_show_costs_nothing(result: Evaluation, classifier: Classifier, coloured: Dataset) -> None:
    def watch(*_: object) -> None:
        raise AssertionError

    assert show([], result, classifier, coloured, {}, watch) == []  # type: ignore[arg-type]


def test_an_embedded_photo_is_a_small_jpeg() -> None:
    address = embed(np.zeros((400, 200, 3), np.uint8), 96)
    kind, _, content = address.partition(",")
    assert kind == "data:image/jpeg;base64"
    assert images.decode(base64.b64decode(content)).shape == (96, 48, 3)
