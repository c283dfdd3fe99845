"""Change a training photo a little, differently each time, without changing what is in it."""

from __future__ import annotations

import numpy as np
from PIL import Image

from pawsight.images import resize
from pawsight.recipes import Augment
from pawsight.types import Pixels

# ITU-R BT.601 weights of red, green and blue in grey.
_GREY = np.array([0.299, 0.587, 0.114])

INSETS = 0.4  # share of pairs in which one photo lies in the other
INSET_SIDES = (0.3, 0.6)  # of the picture's side
SPLITS = (0.3, 0.7)  # where pictures of two parts are divided
SQUEEZE = 1.6  # a part shows at most so much more of its photo than its shape holds


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


def combine(first: Pixels, second: Pixels, rng: np.random.Generator) -> Pixels:
    """Put two photos into one picture: next to each other in uneven parts, or one as an inset in the other.

    Pasting instances into other photos teaches a network to look at each place (Ghiasi et al., arXiv 2012.07177).

    Args:
        first, second: `(S, S, 3)` uint8.
        rng: decides layout, sizes and places.

    Returns:
        `(S, S, 3)` uint8.
    """
    if rng.random() < INSETS:
        return _inset(first, second, rng)
    return _split(first, second, rng)


def _split(first: Pixels, second: Pixels, rng: np.random.Generator) -> Pixels:
    """Two photos, side by side or one above the other; each fills its part with a crop of the part's shape."""
    size = first.shape[0]
    upright = rng.random() < 0.5
    length = round(size * rng.uniform(*SPLITS))
    parts = [_fill(photo, part, upright, rng) for photo, part in ((first, length), (second, size - length))]
    return np.concatenate(parts, axis=0 if upright else 1)


def _fill(photo: Pixels, length: int, upright: bool, rng: np.random.Generator) -> Pixels:
    """Crop a part of `length` x S (or S x `length`), scaled down as far as `SQUEEZE` allows, from a photo."""
    size = photo.shape[0]
    wide = min(size, length * rng.uniform(1, SQUEEZE))
    start = rng.uniform(0, size - wide)
    box = (0, start, size, start + wide) if upright else (start, 0, start + wide, size)
    return resize(photo, (size, length) if upright else (length, size), box, "bilinear")


def _inset(first: Pixels, second: Pixels, rng: np.random.Generator) -> Pixels:
    """The second photo, made smaller, at a random place in the first."""
    size = first.shape[0]
    side = round(size * rng.uniform(*INSET_SIDES))
    top, left = rng.integers(0, size - side + 1, 2)
    picture = first.copy()
    picture[top : top + side, left : left + side] = resize(second, (side, side), None, "bilinear")
    return picture
