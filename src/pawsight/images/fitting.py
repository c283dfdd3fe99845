"""`(H, W, 3)` uint8 -> the square that a model wants."""

from __future__ import annotations

from typing import get_args

import numpy as np
from PIL import Image

from pawsight.types import FitMode, Interpolation, Pixels

FIT_MODES: tuple[FitMode, ...] = get_args(FitMode)
PAD_COLOUR = (127, 127, 127)
_REDUCING_GAP = 3.0  # large photos are first averaged to three times the size
_RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def fit(pixels: Pixels, size: int, mode: FitMode, interpolation: Interpolation = "bicubic") -> Pixels:
    """Fit a photo to the square that a model wants. Which mode is the model's own, read from its card.

    Args:
        pixels: `(H, W, 3)` uint8.
        size: side of the square, in pixels.
        mode: `squash` ignores the ratio of the sides and keeps every part of the photo; `pad` keeps both and adds
            grey bars; `crop` keeps the ratio and cuts the longer side to its middle.
        interpolation: how pixels are mixed; smaller pictures are always made by averaging (antialiased).

    Returns:
        `(size, size, 3)` uint8, a new array.

    Raises:
        ValueError: `mode` is none of `FIT_MODES`.
    """
    return np.asarray(fit_image(Image.fromarray(pixels), size, mode, interpolation))


def fit_image(image: Image.Image, size: int, mode: FitMode, interpolation: Interpolation = "bicubic") -> Image.Image:
    """Fit a photo of mode RGB to the square that a model wants, as `fit` does."""
    resampling = _RESAMPLING[interpolation]
    if mode == "pad":
        return _pad(image, size, resampling)
    box = fitted_box(image.height, image.width, mode)
    return image.resize((size, size), resampling, box, reducing_gap=_REDUCING_GAP)


def fitted_box(height: int, width: int, mode: FitMode) -> tuple[float, float, float, float]:
    """Return what part of a photo the fitted square shows, as (left, top, right, bottom) in pixels of the photo.

    With `pad` the box reaches beyond the photo.

    Raises:
        ValueError: `mode` is none of `FIT_MODES`.
    """
    if mode == "squash":
        return 0, 0, width, height
    if mode not in FIT_MODES:
        raise ValueError(f"Expected a fit mode out of {', '.join(FIT_MODES)}, but received {mode!r}.")
    side = min(height, width) if mode == "crop" else max(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side


def _pad(image: Image.Image, size: int, resampling: Image.Resampling) -> Image.Image:
    scale = size / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    square = Image.new("RGB", (size, size), PAD_COLOUR)
    inner = image.resize((width, height), resampling, reducing_gap=_REDUCING_GAP)
    square.paste(inner, ((size - width) // 2, (size - height) // 2))
    return square


def resize(
    pixels: Pixels,
    size: tuple[int, int],
    box: tuple[float, float, float, float] | None = None,
    interpolation: Interpolation = "bicubic",
) -> Pixels:
    """Resize a part of a photo, antialiased.

    Args:
        pixels: `(H, W, 3)` uint8.
        size: (width, height) of the result.
        box: the part to take, as (left, top, right, bottom) in pixels of the source; the whole photo where None.

    Returns:
        `(height, width, 3)` uint8.
    """
    image = Image.fromarray(pixels)
    return np.asarray(image.resize(size, _RESAMPLING[interpolation], box, reducing_gap=_REDUCING_GAP))
