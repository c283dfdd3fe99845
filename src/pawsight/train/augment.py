"""Change a training photo a little, differently each time, without changing what is in it."""

from __future__ import annotations

import numpy as np
from PIL import Image

from pawsight.images import resize
from pawsight.recipes import Augment
from pawsight.types import Pixels

# ITU-R BT.601 weights of red, green and blue in grey.
_GREY = np.array([0.299, 0.587, 0.114])


def augment(pixels: Pixels, how: Augment, rng: np.random.Generator, size: int) -> Pixels:
    """Crop, stretch, blur, mirror and recolour one photo at random.

    Args:
        pixels: `(S, S, 3)` uint8; not changed.
        how: the largest changes.
        rng: decides them; the same state gives the same view, at any size.
        size: side of the result.

    Returns:
        `(size, size, 3)` uint8.
    """
    box = _crop(pixels.shape[0], how, rng)
    if rng.random() < how.blur:
        small = round(size * rng.uniform(0.4, 0.8))
        pixels, box = resize(pixels, (small, small), box, "bilinear"), None
    if box is not None or pixels.shape[0] != size:
        pixels = resize(pixels, (size, size), box, "bilinear")
    if how.flip and rng.random() < 0.5:
        pixels = pixels[:, ::-1]
    return _recolour(pixels, how, rng)


def _crop(size: int, how: Augment, rng: np.random.Generator) -> tuple[float, float, float, float] | None:
    """A random box, as in Szegedy et al. (arXiv 1409.4842): its area, then its ratio, then its place."""
    if how.crop >= 1 and how.stretch <= 1:
        return None
    area = rng.uniform(how.crop, 1)
    ratio = how.stretch ** rng.uniform(-1, 1)
    width = min(1, (area * ratio) ** 0.5) * size
    height = min(1, (area / ratio) ** 0.5) * size
    left, top = rng.uniform(0, size - width), rng.uniform(0, size - height)
    return left, top, min(left + width, size), min(top + height, size)


def _recolour(pixels: Pixels, how: Augment, rng: np.random.Generator) -> Pixels:
    """Brightness, contrast and saturation as one matrix over red, green and blue."""
    if not (how.brightness or how.contrast or how.saturation or how.grey):
        return pixels
    brightness, contrast, saturation = (
        1 + share * rng.uniform(-1, 1) for share in (how.brightness, how.contrast, how.saturation)
    )
    if rng.random() < how.grey:
        saturation = 0
    mix = saturation * np.eye(3) + (1 - saturation) * _GREY
    matrix = np.column_stack([brightness * contrast * mix, np.full(3, 127 * (1 - contrast))])
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB", tuple(matrix.ravel())))


def side_by_side(first: Pixels, second: Pixels, upright: bool) -> Pixels:
    """Put two photos into one, each its middle two thirds squeezed into a half.

    Args:
        first, second: `(S, S, 3)` uint8.
        upright: one above the other, else one beside the other.

    Returns:
        `(S, S, 3)` uint8.
    """
    size = first.shape[0]
    half, sixth = size // 2, size / 6
    box = (0, sixth, size, size - sixth) if upright else (sixth, 0, size - sixth, size)
    parts = [
        resize(photo, (size, length) if upright else (length, size), box, "bilinear")
        for photo, length in ((first, half), (second, size - half))
    ]
    return np.concatenate(parts, axis=0 if upright else 1)
