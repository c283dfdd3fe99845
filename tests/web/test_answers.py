"""Bytes -> answer, remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask

from pawsight import images
from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.decoding import Decoders
from pawsight.errors import EmptyFile, EntryNotFound, UnknownLabel
from pawsight.settings import Settings
from pawsight.thumbnail import LONGEST, thumbnail
from pawsight.web.answers import answer, answer_or_error, heatmap, recall


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(Settings(archive=str(tmp_path / "archive"))) as opened:
        yield opened


def test_an_answer_is_the_classifiers(
    classifier: Classifier, archive: Archive, decoders: Decoders, picture: Any
) -> None:
    data = picture(80, 60, orientation=6)
    given = answer(data, classifier, archive, decoders)
    assert given.prediction == classifier.predict([data])[0]
    assert given.to_dict() == {
        "id": given.entry.id,
        **given.prediction.to_dict(),
        "milliseconds": given.entry.milliseconds,
        "correction": None,
    }
    assert (given.entry.width, given.entry.height) == (60, 80)
    assert answer(data, classifier, archive, decoders).entry.id != given.entry.id


def test_what_is_recalled_is_what_was_answered(
    classifier: Classifier, archive: Archive, decoders: Decoders, picture: Any
) -> None:
    given = answer(picture(80, 60), classifier, archive, decoders)
    found = recall(given.entry.id, archive)
    assert (found, found.to_dict()) == (given, given.to_dict())
    assert np.allclose(found.prediction.maps, given.prediction.maps, atol=0.02)
    with pytest.raises(EntryNotFound):
        recall("0" * 32, archive)


def test_an_error_of_one_photo_is_handed_over_not_raised(
    app: Flask, classifier: Classifier, archive: Archive, decoders: Decoders
) -> None:
    with app.app_context():
        assert isinstance(answer_or_error(b"", classifier, archive, decoders), EmptyFile)
    with pytest.raises(EmptyFile):
        answer(b"", classifier, archive, decoders)
    assert archive.find().total == 0


def test_the_heat_map_is_bright_where_the_class_is(
    classifier: Classifier, archive: Archive, decoders: Decoders, picture: Any, colours: dict[str, tuple[int, int, int]]
) -> None:
    pixels = np.full((64, 64, 3), colours["neither"], np.uint8)
    pixels[:, :32] = colours["cat"]
    given = answer(picture(pixels=pixels, format="PNG"), classifier, archive, decoders)
    drawn = images.decode(heatmap(given, classifier.card.input, "cat")).astype(int)
    change = np.abs(drawn - images.decode(given.photo)).mean(axis=(0, 2))
    assert change[:24].min() > 3 * change[40:].max()


def test_an_unknown_class(classifier: Classifier, archive: Archive, decoders: Decoders, picture: Any) -> None:
    with pytest.raises(UnknownLabel, match="cat, dog"):
        heatmap(answer(picture(), classifier, archive, decoders), classifier.card.input, "zebra")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((100, 200), (100, 200)), ((1000, 500), (512, 256)), ((LONGEST, LONGEST), (512, 512)), ((1, 5000), (1, 512))],
)
def test_a_thumbnail_keeps_the_ratio_and_never_grows(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert images.decode(thumbnail(np.zeros((*shape, 3), np.uint8))).shape == (*expected, 3)
