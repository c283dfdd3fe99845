"""Bytes -> answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pawsight import images
from pawsight.classifier import Classifier
from pawsight.errors import EmptyFile
from pawsight.thumbnail import LONGEST, thumbnail
from pawsight.types import Pixels
from pawsight.web.answers import Answer, UnknownClass, answer, answer_or_error, heatmap


def test_an_answer_is_the_classifiers(classifier: Classifier, picture: Any) -> None:
    data = picture(80, 60)
    given = answer(data, classifier)
    assert given.prediction == classifier.predict([data])[0]
    assert given.to_dict() == {
        "id": given.id,
        **given.prediction.to_dict(),
        "milliseconds": given.milliseconds,
    }
    assert answer(data, classifier).id != given.id
    assert len(given.id) == 32


def test_an_error_of_one_photo_is_handed_over_not_raised(classifier: Classifier) -> None:
    assert isinstance(answer_or_error(b"", classifier), EmptyFile)
    with pytest.raises(EmptyFile):
        answer(b"", classifier)


def test_the_heat_map_is_bright_where_the_class_is(
    classifier: Classifier, colours: dict[str, tuple[int, int, int]]
) -> None:
    pixels = np.full((64, 64, 3), colours["neither"], np.uint8)
    pixels[:, :32] = colours["cat"]
    given = _answer(classifier, pixels)
    drawn = images.decode(heatmap(given, classifier.card, "cat")).astype(int)
    change = np.abs(drawn - images.decode(given.photo)).mean(axis=(0, 2))
    assert change[:24].min() > 3 * change[40:].max()


def test_an_unknown_class(classifier: Classifier, picture: Any) -> None:
    with pytest.raises(UnknownClass, match="cat, dog"):
        heatmap(answer(picture(), classifier), classifier.card, "zebra")


def _answer(classifier: Classifier, pixels: Pixels) -> Answer:
    prediction = classifier.predict([pixels])[0]
    return Answer("0", prediction, 1.0, thumbnail(pixels))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((100, 200), (100, 200)), ((1000, 500), (512, 256)), ((LONGEST, LONGEST), (512, 512)), ((1, 5000), (1, 512))],
)
def test_a_thumbnail_keeps_the_ratio_and_never_grows(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert images.decode(thumbnail(np.zeros((*shape, 3), np.uint8))).shape == (*expected, 3)
