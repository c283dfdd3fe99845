"""Photos that are one thing seen several times get one answer: copies, and shots of one moment.

Two photos belong together where

- their files are the same, byte for byte, wherever they stand; or
- they are neighbours by name in one folder and look the same: on small grey thumbnails they differ by no more than
  twins do (`pawsight.data.looks`); or
- the same camera took them within two seconds, as a burst does, and they look related.

Only neighbours are compared, so that ten thousand photos cost no more than some ten thousand comparisons.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from pawsight.data.looks import MOST_DIFFERENCE, difference
from pawsight.types import Pixels

BURST_SECONDS = 2.0
# Of 20,000 pairs among 600 of Microsoft's photos, 3.9 % differ by less. By itself that is no evidence; with one camera
# within two seconds it is, and it keeps apart what only shares a date that a program wrote into every photo.
RELATED = 35.0


@dataclass(frozen=True)
class Taken:
    """When and with what a photo was taken, as its EXIF says."""

    camera: str
    seconds: float


@dataclass(frozen=True)
class Looked:
    """What decides whether photos belong together.

    Attributes:
        path: of the photo.
        sha256: of its file.
        thumbnail: `(THUMBNAIL, THUMBNAIL)` uint8, grey.
        taken: None where the photo does not say.
    """

    path: str
    sha256: str
    thumbnail: Pixels
    taken: Taken | None


def taken(data: bytes) -> Taken | None:
    """Read camera and time from a photo's EXIF; None where either is missing or makes no sense."""
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as image:
            warnings.simplefilter("ignore")
            exif = image.getexif()
            details = exif.get_ifd(ExifTags.IFD.Exif)
        camera = f"{exif[ExifTags.Base.Make]} {exif[ExifTags.Base.Model]}"
        moment = datetime.strptime(str(details[ExifTags.Base.DateTimeOriginal]), "%Y:%m:%d %H:%M:%S")
        parts = str(details.get(ExifTags.Base.SubsecTimeOriginal, "")).strip("\0 ")
        return Taken(camera, (moment - datetime(1970, 1, 1)).total_seconds() + float(f"0.{parts or 0}"))
    except Exception:  # metadata that is missing or malformed says nothing
        return None


def together(photos: Sequence[Looked]) -> list[list[int]]:
    """Group photos that get one answer.

    Returns:
        Places of photos; every photo is in exactly one group, most of them alone. In order of their first photo.
    """
    roots = list(range(len(photos)))

    def root(place: int) -> int:
        while roots[place] != place:
            roots[place] = place = roots[roots[place]]
        return place

    for left, right in _pairs(photos):
        first, second = sorted((root(left), root(right)))
        roots[second] = first
    groups: dict[int, list[int]] = {}
    for place in range(len(photos)):
        groups.setdefault(root(place), []).append(place)
    return list(groups.values())


def _pairs(photos: Sequence[Looked]) -> Iterator[tuple[int, int]]:
    yield from _neighbours(photos, lambda photo: (photo.sha256,), _same)
    yield from _neighbours(photos, lambda photo: (str(Path(photo.path).parent), photo.path), _twins)
    dated = [place for place, photo in enumerate(photos) if photo.taken]
    for left, right in _neighbours([photos[place] for place in dated], _by_time, _burst):
        yield dated[left], dated[right]


def _neighbours(
    photos: Sequence[Looked], key: Callable[[Looked], tuple[str | float, ...]], belong: Callable[[Looked, Looked], bool]
) -> Iterator[tuple[int, int]]:
    order = sorted(range(len(photos)), key=lambda place: key(photos[place]))
    return (pair for pair in pairwise(order) if belong(photos[pair[0]], photos[pair[1]]))


def _by_time(photo: Looked) -> tuple[str | float, ...]:
    return (photo.taken.camera, photo.taken.seconds, photo.path) if photo.taken else ()


def _same(left: Looked, right: Looked) -> bool:
    return left.sha256 == right.sha256


def _twins(left: Looked, right: Looked) -> bool:
    return Path(left.path).parent == Path(right.path).parent and _alike(left, right, MOST_DIFFERENCE)


def _burst(left: Looked, right: Looked) -> bool:
    if not left.taken or not right.taken or left.taken.camera != right.taken.camera:
        return False
    return right.taken.seconds - left.taken.seconds <= BURST_SECONDS and _alike(left, right, RELATED)


def _alike(left: Looked, right: Looked, most: float) -> bool:
    """Whether two photos are within `most` grey levels, and nearer to each other than to an empty picture: without
    the second, all empty pictures would be one."""
    pictures = np.stack([left.thumbnail, right.thumbnail, np.zeros_like(left.thumbnail)])
    apart, *contrasts = difference(pictures, np.array([[0, 1], [0, 2], [1, 2]]))
    return bool(apart <= most and apart < min(contrasts))
