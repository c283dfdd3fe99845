"""Photos of one thing seen several times share an answer: copies, and shots of one moment.

Two photos belong together where

- their files are the same, byte for byte, wherever they stand; or
- one is a saved-again copy of the other: neighbors by name in one folder, the same picture place by place, and not
  taken at different times; or
- one camera took them within two seconds of each other, as a burst does, and they look related.

Every member of a group has to fit every other one, so that no chain (a like b, b like c) joins what is not alike. Only
neighbors are compared: the work grows with the number of photos, not with its square.

What belongs together is not yet one answer: see `pawsight.batch.decisions`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image

from pawsight import images
from pawsight.types import Floats, Pixels

BURST_SECONDS = 2.0  # from one shot to the next
LONGEST_BURST = 10.0  # seconds from the first to the last
SIDE = 32
# Of 100 of Microsoft's photos, each saved again at JPEG quality 40 and 75 and at half its size, no copy differs from
# its original by more than 11.4 gray levels in any of the 32 x 32 places; a cat in the picture of a fixed camera
# differs from the empty one by 186.
MOST_IN_ONE_PLACE = 16.0
# Of 20,000 pairs among 600 of Microsoft's photos, 3.9 % differ by less on average. By itself that is no evidence; with
# one camera within two seconds it is, and it keeps apart what only shares a date that a program wrote into every photo.
RELATED = 35.0


@dataclass(frozen=True)
class Capture:
    """When and with what a photo was taken, as its EXIF data says."""

    camera: str
    seconds: float


@dataclass(frozen=True)
class PhotoFingerprint:
    """What decides whether photos belong together.

    Attributes:
        path: of the photo.
        sha256: of its file.
        thumbnail: `(SIDE, SIDE)` uint8, gray.
        taken: None where the photo does not say.
    """

    path: str
    sha256: str
    thumbnail: Pixels
    taken: Capture | None


_Test = Callable[[PhotoFingerprint, PhotoFingerprint], bool]


def thumbnail(pixels: Pixels) -> Pixels:
    """Shrink a photo to `(SIDE, SIDE)` uint8, gray, its sides squashed."""
    return np.asarray(Image.fromarray(images.resize(pixels, (SIDE, SIDE))).convert("L"))


def taken(photo: Path | BinaryIO) -> Capture | None:
    """Read camera and time from a photo's EXIF data; None where either is missing or malformed."""
    try:
        with warnings.catch_warnings(), Image.open(photo) as image:
            warnings.simplefilter("ignore")
            exif = image.getexif()
            details = exif.get_ifd(ExifTags.IFD.Exif)
        camera = f"{exif[ExifTags.Base.Make]} {exif[ExifTags.Base.Model]}"
        moment = datetime.strptime(str(details[ExifTags.Base.DateTimeOriginal]), "%Y:%m:%d %H:%M:%S")
        parts = str(details.get(ExifTags.Base.SubsecTimeOriginal, "")).strip("\0 ")
        return Capture(camera, (moment - datetime(1970, 1, 1)).total_seconds() + float(f"0.{parts or 0}"))
    except Exception:  # metadata that is missing or malformed says nothing
        return None


def together(photos: Sequence[PhotoFingerprint]) -> list[list[int]]:
    """Group photos that belong together.

    Returns:
        Indices of photos; every photo is in exactly one group, most of them alone. In order of their first photo.
    """
    copies: dict[str, list[int]] = {}
    for place, photo in enumerate(photos):
        copies.setdefault(photo.sha256, []).append(place)
    firsts = [places[0] for places in copies.values()]
    dated = sorted((place for place in firsts if photos[place].taken), key=lambda place: _by_time(photos[place]))
    bursts = _runs(dated, photos, _burst, _next_shot)
    alone = {group[0] for group in bursts if len(group) == 1} | {place for place in firsts if not photos[place].taken}
    twins = _runs(sorted(alone, key=lambda place: _by_name(photos[place])), photos, _copy, _copy)
    groups = [group for group in bursts if len(group) > 1] + twins
    return sorted(sorted(same for place in group for same in copies[photos[place].sha256]) for group in groups)


def _runs(
    order: Iterable[int],
    photos: Sequence[PhotoFingerprint],
    belong: _Test,
    follow: _Test,
) -> list[list[int]]:
    """Part a sequence of photos into runs in which each follows the one before it and belongs to all before it."""
    runs: list[list[int]] = []
    for place in order:
        run = runs[-1] if runs else []
        if (
            run
            and follow(photos[run[-1]], photos[place])
            and all(belong(photos[earlier], photos[place]) for earlier in run)
        ):
            run.append(place)
        else:
            runs.append([place])
    return runs


def _by_time(photo: PhotoFingerprint) -> tuple[str | float, ...]:
    return (photo.taken.camera, photo.taken.seconds, photo.path) if photo.taken else ()


def _by_name(photo: PhotoFingerprint) -> tuple[str, str]:
    return str(Path(photo.path).parent), photo.path


def _copy(left: PhotoFingerprint, right: PhotoFingerprint) -> bool:
    if Path(left.path).parent != Path(right.path).parent or not _alike(left, right):
        return False
    if left.taken and right.taken and abs(left.taken.seconds - right.taken.seconds) > BURST_SECONDS:
        return False
    return float(np.abs(_difference(left.thumbnail, right.thumbnail)).max()) <= MOST_IN_ONE_PLACE


def _burst(left: PhotoFingerprint, right: PhotoFingerprint) -> bool:
    if not left.taken or not right.taken or left.taken.camera != right.taken.camera:
        return False
    return right.taken.seconds - left.taken.seconds <= LONGEST_BURST and _alike(left, right)


def _next_shot(left: PhotoFingerprint, right: PhotoFingerprint) -> bool:
    if not left.taken or not right.taken:
        return True
    return right.taken.seconds - left.taken.seconds <= BURST_SECONDS


def _alike(left: PhotoFingerprint, right: PhotoFingerprint) -> bool:
    """Return whether two photos differ by at most `RELATED` gray levels, and less than each from an empty picture;
    without the second condition all empty pictures would be one."""
    empty = np.zeros_like(left.thumbnail)
    apart = _mean_difference(left.thumbnail, right.thumbnail)
    return apart <= RELATED and apart < min(
        _mean_difference(left.thumbnail, empty), _mean_difference(right.thumbnail, empty)
    )


def _mean_difference(left: Pixels, right: Pixels) -> float:
    return float(np.abs(_difference(left, right)).mean())


def _difference(left: Pixels, right: Pixels) -> Floats:
    """Place by place, overall brightness aside."""
    apart = left.astype(np.float32) - right
    aside: Floats = apart - apart.mean()
    return aside
