from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pawsight.classifier import Classifier
from pawsight.explain import LONGEST, heat, overlay, to_png
from pawsight.model.card import Input
from pawsight.types import FitMode, Pixels

GREY = (100, 100, 100)


def grey(height: int, width: int) -> Pixels:
    return np.full((height, width, 3), GREY, np.uint8)


def changed(height: int, width: int, evidence: list[list[float]], fit: FitMode) -> Any:
    """Where an overlay changes a grey photo: `(H, W)`, how much."""
    laid = overlay(grey(height, width), heat(np.array(evidence, np.float32)), Input(size=32, fit=fit))
    assert laid.shape == (height, width, 3)
    assert laid.dtype == np.uint8
    return np.abs(laid.astype(int) - GREY).sum(axis=2)


def test_heat_is_between_nothing_and_most() -> None:
    warm = heat(np.array([[-5, 0], [1, 4]], np.float32))
    assert warm.tolist() == [[0, 0], [0.25, 1]]
    assert warm.dtype == np.float32


@pytest.mark.parametrize("value", [0, -3])
def test_no_evidence_is_no_heat(value: float) -> None:
    assert not heat(np.full((3, 3), value, np.float32)).any()


def test_without_heat_the_photo_stays_as_it_is() -> None:
    assert not changed(40, 60, [[0, 0], [0, 0]], "squash").any()


def test_heat_lies_where_the_evidence_is() -> None:
    left = changed(40, 60, [[1, 0], [1, 0]], "squash")
    assert left[:, :10].min() > 0
    assert not left[:, -10:].any()
    top = changed(40, 60, [[1, 1], [0, 0]], "squash")
    assert top[:8].min() > 0
    assert not top[-8:].any()


def test_crop_leaves_cold_what_the_model_never_saw() -> None:
    middle = changed(40, 100, [[1, 1], [1, 1]], "crop")
    assert not middle[:, :29].any()
    assert not middle[:, 71:].any()
    assert middle[:, 31:69].min() > 0


def test_pad_reaches_beyond_the_photo() -> None:
    bars = changed(20, 40, [[1] * 4, [0] * 4, [0] * 4, [1] * 4], "pad")  # all the evidence lies in the grey bars
    assert bars[8:12].max() < bars[0].min()


@pytest.mark.parametrize("fit", ["squash", "crop", "pad"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (1, 7), (2, 5), (3, 100)])
def test_photos_of_any_shape(fit: FitMode, shape: tuple[int, int]) -> None:
    assert changed(*shape, [[1, 1], [1, 1]], fit).any()


def test_a_huge_photo_is_shown_smaller() -> None:
    laid = overlay(grey(300, 20000), np.ones((2, 2), np.float32), Input(size=32, fit="squash"))
    assert laid.shape == (24, LONGEST, 3)


def test_the_map_of_a_class_shows_where_that_class_is(classifier: Classifier) -> None:
    photo = np.full((64, 64, 3), (40, 200, 40), np.uint8)
    photo[:, :32] = (255, 0, 0)
    photo[:, 32:] = (0, 0, 255)
    (answer,) = classifier.predict([photo])
    cat, dog = (heat(answer.maps[:, :, place]) for place in range(2))
    assert cat[:, 0].min() > 0.9
    assert cat[:, -1].max() == 0
    assert dog[:, 0].max() == 0
    assert dog[:, -1].min() > 0.9


def test_png_comes_back_the_same_and_without_metadata() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 11, 3), dtype=np.uint8)
    image = Image.open(io.BytesIO(to_png(pixels)))
    assert np.array_equal(np.asarray(image), pixels)
    assert not image.info
