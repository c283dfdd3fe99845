"""What a photo looks like at a glance, as a small grey picture, and how far two of them differ. Needs no library but
Pillow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from pawsight import images
from pawsight.types import Floats, Pixels

THUMBNAIL = 16
# Chosen by looking at pairs of Microsoft's photos: twins there differ by at most 3 grey levels, and among pairs with
# like hashes the first of different photos differs by 16. A brightness raised by a fifth costs about 10 levels.
MOST_DIFFERENCE = 12.0

Indices = npt.NDArray[np.int64]


def thumbnail(pixels: Pixels) -> Pixels:
    """Shrink a photo to `(THUMBNAIL, THUMBNAIL)` uint8, grey, sides squashed."""
    small = images.resize(pixels, (THUMBNAIL, THUMBNAIL))
    return np.asarray(Image.fromarray(small).convert("L"))


def difference(thumbnails: Pixels, pairs: Indices) -> Floats:
    """Return the mean difference of the thumbnails of each pair in gray levels, without brightness: `(P,)` float32.

    Args:
        thumbnails: `(N, THUMBNAIL, THUMBNAIL)` uint8.
        pairs: `(P, 2)` int64, indices into them.
    """
    left, right = thumbnails[pairs[:, 0]], thumbnails[pairs[:, 1]]
    apart = left.astype(np.float32) - right
    levels: Floats = np.abs(apart - apart.mean(axis=(1, 2), keepdims=True)).mean(axis=(1, 2))
    return levels
