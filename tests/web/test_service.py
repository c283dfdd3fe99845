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
from pawsight.decoding import DecoderPool
from pawsight.errors import EmptyFile, EntryNotFound, UnknownLabel
from pawsight.images.thumbnail import LONGEST
from pawsight.images.thumbnail import thumbnail as make_thumbnail
from pawsight.settings import Settings
from pawsight.web.service import classify_or_error, classify_upload, heatmap, recall, thumbnail


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(Settings(archive=str(tmp_path / "archive"))) as opened:
        yield opened


def test_an_answer_is_the_classifiers(
    classifier: Classifier, archive: Archive, decoders: DecoderPool, picture: Any
) -> None:
    data = picture(80, 60, orientation=6)
    given = classify_upload(data, classifier, archive, decoders)
    assert given.prediction == classifier.predict([data])[0]
    assert given.to_dict() == {
        "id": given.entry.id,
        **given.prediction.to_dict(),
        "milliseconds": given.entry.milliseconds,
        "correction": None,
    }
    assert (given.entry.width, given.entry.height) == (60, 80)
    assert classify_upload(data, classifier, archive, decoders).entry.id != given.entry.id


def test_what_is_recalled_is_what_was_answered(
    classifier: Classifier, archive: Archive, decoders: DecoderPool, picture: Any
) -> None:
    given = classify_upload(picture(80, 60), classifier, archive, decoders)
    found = recall(given.entry.id, archive)
    assert (found, found.to_dict()) == (given, given.to_dict())
    assert np.allclose(found.prediction.maps, given.prediction.maps, atol=0.02)
    with pytest.raises(EntryNotFound):
        recall("0" * 32, archive)


def test_an_error_of_one_photo_is_handed_over_not_raised(
    app: Flask, classifier: Classifier, archive: Archive, decoders: DecoderPool
) -> None:
    with app.app_context():
        assert isinstance(classify_or_error(b"", classifier, archive, decoders), EmptyFile)
    with pytest.raises(EmptyFile):
        classify_upload(b"", classifier, archive, decoders)
    assert archive.find().total == 0


def test_the_heat_map_is_bright_where_the_class_is(
    classifier: Classifier,
    archive: Archive,
    decoders: DecoderPool,
    picture: Any,
    colours: dict[str, tuple[int, int, int]],
) -> None:
    pixels = np.full((64, 64, 3), colours["neither"], np.uint8)
    pixels[:, :32] = colours["cat"]
    given = classify_upload(picture(pixels=pixels, format="PNG"), classifier, archive, decoders)
    small = thumbnail(given.entry.id, archive, decoders, classifier)
    drawn = images.decode(heatmap(given, small, classifier.card.input, "cat")).astype(int)
    change = np.abs(drawn - images.decode(small)).mean(axis=(0, 2))
    assert change[:24].min() > 3 * change[40:].max()


def test_an_unknown_class(classifier: Classifier, archive: Archive, decoders: DecoderPool, picture: Any) -> None:
    with pytest.raises(UnknownLabel, match="cat, dog"):
        heatmap(classify_upload(picture(), classifier, archive, decoders), b"", classifier.card.input, "zebra")


def test_a_thumbnail_is_made_when_it_is_first_asked_for(
    classifier: Classifier, archive: Archive, decoders: DecoderPool, picture: Any
) -> None:
    data = picture(1200, 900, orientation=6)
    id = classify_upload(data, classifier, archive, decoders).entry.id
    assert archive.details(id).thumbnail == b""
    made = thumbnail(id, archive, decoders, classifier)
    assert made == make_thumbnail(images.decode(data, least=classifier.card.input.size))
    assert archive.details(id).thumbnail == made
    archive.delete(id)
    with pytest.raises(EntryNotFound):
        thumbnail(id, archive, decoders, classifier)


def test_where_no_file_is_kept_the_thumbnail_is_made_at_once(
    classifier: Classifier, decoders: DecoderPool, picture: Any
) -> None:
    with Archive.open(Settings(archive_keep="nothing")) as archive:
        data = picture(640, 480)
        id = classify_upload(data, classifier, archive, decoders).entry.id
        made = make_thumbnail(images.decode(data, least=classifier.card.input.size))
        assert thumbnail(id, archive, decoders, classifier) == made


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((100, 200), (100, 200)), ((1000, 500), (512, 256)), ((LONGEST, LONGEST), (512, 512)), ((1, 5000), (1, 512))],
)
def test_a_thumbnail_keeps_the_ratio_and_never_grows(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert images.decode(make_thumbnail(np.zeros((*shape, 3), np.uint8))).shape == (*expected, 3)
