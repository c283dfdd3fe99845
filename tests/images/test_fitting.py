"""Fitting: what part of a photo the model's square shows, and where."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight import images
from pawsight.types import FitMode, Pixels


def halves(height: int, width: int) -> Pixels:
    """Red rises to the right, green downwards."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)[None, :]
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    return pixels


@pytest.mark.parametrize("mode", images.FIT_MODES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (90, 1), (48, 64), (64, 48), (50, 50), (3, 1000)])
def test_every_photo_becomes_the_square(mode: FitMode, shape: tuple[int, int]) -> None:
    fitted = images.fit(halves(*shape), 40, mode)
    assert fitted.shape == (40, 40, 3)
    assert fitted.dtype == np.uint8


def test_squash_keeps_every_part() -> None:
    fitted = images.fit(halves(100, 200), 50, "squash").astype(int)
    assert fitted[25, 0, 0] < 6
    assert fitted[25, -1, 0] > 249
    assert fitted[0, 25, 1] < 6
    assert fitted[-1, 25, 1] > 249


def test_crop_keeps_the_middle() -> None:
    fitted = images.fit(halves(100, 200), 50, "crop").astype(int)
    assert fitted[25, 0, 0] == pytest.approx(255 / 4, abs=4)
    assert fitted[25, -1, 0] == pytest.approx(255 * 3 / 4, abs=4)
    assert fitted[0, 25, 1] < 6
    assert fitted[-1, 25, 1] > 249


def test_pad_keeps_the_ratio_and_adds_grey_bars() -> None:
    fitted = images.fit(halves(100, 200), 50, "pad")
    bars = np.concatenate([fitted[:12], fitted[-12:]])
    assert (bars == images.PAD_COLOUR).all()
    assert fitted[13:37, 0, 0].max() < 8
    assert fitted[13:37, -1, 0].min() > 247


def test_plain_photos_stay_plain() -> None:
    plain = np.full((37, 91, 3), (10, 200, 99), np.uint8)
    for mode in ("squash", "crop"):
        assert (images.fit(plain, 32, mode) == (10, 200, 99)).all()


@pytest.mark.parametrize(
    ("mode", "box"),
    [("squash", (0, 0, 200, 100)), ("crop", (50, 0, 150, 100)), ("pad", (0, -50, 200, 150))],
)
def test_fitted_box(mode: FitMode, box: tuple[float, float, float, float]) -> None:
    assert images.fitted_box(100, 200, mode) == box


def test_shrinking_averages() -> None:
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, ::2] = 255
    fitted = images.fit(stripes, 20, "squash").astype(int)
    assert np.abs(fitted - 127).max() < 12


def test_the_same_pixels_every_time() -> None:
    assert (images.fit(halves(61, 43), 32, "crop") == images.fit(halves(61, 43), 32, "crop")).all()


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="squash, pad, crop"):
        images.fit(halves(4, 4), 2, "stretch")  # type: ignore[arg-type]
