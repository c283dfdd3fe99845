"""One pass over the photos: what a network makes of each, and the plain numbers that describe it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from pawsight import images
from pawsight.parallel import in_order
from pawsight.runtime import Session
from pawsight.types import Floats, Pixels

WORKERS = os.cpu_count() or 1
BATCH = 16

# ITU-R BT.601, as Pillow makes photos grey.
_GREY = np.array([0.299, 0.587, 0.114], np.float32) / 255

Part = tuple[Floats, Floats]
Watch = Callable[[Iterable[Part], int], Iterable[Part]]


@dataclass(frozen=True)
class Survey:
    """What one pass brings.

    Attributes:
        features: `(N, D)` float32, of the network's last layer.
        brightness: `(N,)`, mean grey, 0 (black) to 1 (white).
        contrast: `(N,)`, standard deviation of grey.
        colour: `(N,)`, mean distance between the strongest and the weakest of red, green and blue, 0..1.
        highlights: `(N,)`, the grey that only 1 % of the pixels exceed: low in a photo that is dark all over.
        shadows: `(N,)`, the grey that 95 % of the pixels exceed: high in a photo that is white all over.
        sharpness: `(N,)`, variance of the Laplacian of grey (Pech-Pacheco et al. 2000): low where nothing has an edge.
    """

    features: Floats
    brightness: Floats
    contrast: Floats
    colour: Floats
    highlights: Floats
    shadows: Floats
    sharpness: Floats


def survey(pixels: Pixels, session: Session, size: int, watch: Watch = lambda parts, total: parts) -> Survey:
    """Look at every photo once, on all processors.

    Args:
        pixels: `(N, S, S, 3)` uint8; read `BATCH` photos at a time, so they may be mapped from disk.
        session: a loaded graph.
        size: side of the graph's input; photos of another size are resized.
        watch: wraps the batches on their way, for a progress bar; gets them and their number.
    """
    starts = range(0, len(pixels), BATCH)

    def one(start: int) -> Part:
        photos = np.asarray(pixels[start : start + BATCH])
        return session.run(_sized(photos, size)).features, describe(photos)

    with closing(in_order(one, starts, WORKERS, 4 * WORKERS)) as parts:
        features, numbers = zip(*watch(parts, len(starts)), strict=True)
    return Survey(np.concatenate(features), *np.concatenate(numbers).T)


def _sized(photos: Pixels, size: int) -> Pixels:
    if photos.shape[1] == size:
        return photos
    return np.stack([images.resize(photo, (size, size)) for photo in photos])


def describe(photos: Pixels) -> Floats:
    """Put photos `(N, S, S, 3)` uint8 into numbers: `(N, 6)` float32, in the order of the fields of `Survey`."""
    grey: Floats = np.matmul(photos, _GREY, dtype=np.float32)
    flat = grey.reshape(len(grey), -1)
    shadows, highlights = np.quantile(flat[:, ::8], [0.05, 0.99], axis=1)  # every eighth pixel tells as much
    red, green, blue = np.moveaxis(photos, 3, 0)  # numpy's own maximum over so short an axis is slow
    strongest, weakest = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    colour = (strongest - weakest).mean(axis=(1, 2)) / 255
    columns = [flat.mean(axis=1), flat.std(axis=1), colour, highlights, shadows, _laplacian(grey).var(axis=(1, 2))]
    return np.stack(columns, axis=1).astype(np.float32)


def _laplacian(grey: Floats) -> Floats:
    edges: Floats = grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:] + grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1]
    edges -= 4 * grey[:, 1:-1, 1:-1]
    return edges
