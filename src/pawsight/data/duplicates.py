"""Twins among photos: the same bytes, or the same picture saved, scaled or retouched again.

Twins in training and test make a model look better than it is. Candidates are found by perceptual hash and confirmed
on small grey thumbnails, because hashes of different photos collide by chance. Importing this module needs the
libraries imagehash and scipy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from pawsight.data.thumbnails import MOST_DIFFERENCE, Indices, difference
from pawsight.errors import MissingExtra
from pawsight.extras import install_hint
from pawsight.types import Pixels

try:
    import imagehash
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
except ImportError as error:
    raise MissingExtra(
        f"Finding duplicate photos needs the library {error.name}, which is not installed.",
        install_hint("learn"),
    ) from error

# Chosen by looking at pairs of Microsoft's photos: twins there differ by at most 4 bits.
MOST_BITS = 8

_CELLS = 4_000_000  # of the table hashes x hashes that are in memory at a time


def perceptual_hash(pixels: Pixels) -> int:
    """Hash what a photo looks like (DCT, 8 x 8 lowest frequencies), 64 bits: alike photos differ in few bits.

    Args:
        pixels: `(H, W, 3)` uint8.
    """
    return int(str(imagehash.phash(Image.fromarray(pixels))), 16)


def group(digests: Sequence[str], hashes: Sequence[int], thumbnails: Sequence[Pixels]) -> Indices:
    """Put twins, and twins of twins, into groups.

    Args:
        digests: SHA-256 of N photos.
        hashes: their `perceptual_hash`.
        thumbnails: their `thumbnail`.

    Returns:
        `(N,)` int64: photos with equal numbers are twins.
    """
    _, first, same = np.unique(np.asarray(digests), return_index=True, return_inverse=True)
    pairs = near_pairs(np.asarray(hashes, np.uint64)[first], np.asarray(thumbnails)[first])
    links = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(first), len(first)))
    _, groups = connected_components(links, directed=False)
    return np.asarray(groups[same], np.int64)


def near_pairs(hashes: npt.NDArray[np.uint64], thumbnails: Pixels) -> Indices:
    """Find photos that look alike.

    Args:
        hashes: `(N,)` uint64.
        thumbnails: `(N, THUMBNAIL, THUMBNAIL)` uint8.

    Returns:
        `(P, 2)` int64, indices of each pair, the smaller first.
    """
    found = [pairs[difference(thumbnails, pairs) <= MOST_DIFFERENCE] for pairs in _candidates(hashes)]
    return np.concatenate([np.empty((0, 2), np.int64), *found])


def _candidates(hashes: npt.NDArray[np.uint64]) -> Iterator[Indices]:
    """Pairs whose hashes differ in few bits, a strip of the table at a time."""
    step = max(1, _CELLS // max(1, len(hashes)))
    for start in range(0, len(hashes), step):
        strip = hashes[start : start + step, None]
        bits = np.bitwise_count(strip ^ hashes[None, start:])
        pairs = np.argwhere(np.triu(bits <= MOST_BITS, 1))
        yield pairs + start
