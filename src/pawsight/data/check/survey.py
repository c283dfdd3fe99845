"""One pass over the photos: what a network makes of each, and the plain numbers that describe it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import numpy as np

from pawsight import images
from pawsight.parallel import in_order, usable_processors
from pawsight.runtime import InferenceSession
from pawsight.types import Floats, Pixels

WORKERS = usable_processors()
BATCH = 16

# ITU-R BT.601, as Pillow makes photos grey.
_GREY = np.array([0.299, 0.587, 0.114], np.float32) / 255

Part = tuple[Floats, Floats]
# Batches of photos, `(n, S, S, 3)` uint8 each -> for each batch, in order, what `survey` returns.
Engine = Callable[[Iterable[Pixels]], Generator[Part, None, None]]
Watch = Callable[[Iterable[Part], int], Iterable[Part]]


@dataclass(frozen=True)
class Survey:
    """What one pass over the photos finds.

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


def survey(pixels: Pixels, engine: Engine, watch: Watch = lambda parts, total: parts) -> Survey:
    """Look at every photo once.

    Args:
        pixels: `(N, S, S, 3)` uint8; read `BATCH` photos at a time, so they may be mapped from disk.
        engine: examines the batches: `examine_here`, or `pawsight.data.check.on_cluster.examine_on_cluster`.
        watch: wraps the batches on their way, for a progress bar; gets them and their number.
    """
    starts = range(0, len(pixels), BATCH)
    with closing(engine(np.asarray(pixels[start : start + BATCH]) for start in starts)) as parts:
        features, numbers = zip(*watch(parts, len(starts)), strict=True)
    return Survey(np.concatenate(features), *np.concatenate(numbers).T)


def examine_here(session: InferenceSession, size: int, batches: Iterable[Pixels]) -> Generator[Part, None, None]:
    """Look at batches on all processors of this machine; for the arguments see `survey`."""
    return in_order(partial(examine, session, size), batches, WORKERS, 4 * WORKERS)


def examine(session: InferenceSession, size: int, photos: Pixels) -> Part:
    """Return what a network makes of photos, `(n, D)`, and the numbers that describe them, `(n, 6)`.

    Args:
        session: a loaded graph.
        size: side of the graph's input; photos of another size are resized.
        photos: `(n, S, S, 3)` uint8.
    """
    return session.run(_sized(photos, size)).features, describe(photos)


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
