"""Open every file: what is a good photo comes back as pixels, what is not comes back with its reason."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from PIL import Image

from pawsight import images
from pawsight.data.duplicates import perceptual_hash
from pawsight.data.looks import thumbnail
from pawsight.data.sources import LAYOUT, LIMITS, File
from pawsight.errors import BadData, ImageError, UnsupportedFormat
from pawsight.parallel import in_order
from pawsight.types import Bad, FitMode, Interpolation, Pixels

WORKERS = os.cpu_count() or 1
WINDOW = 8 * WORKERS


@dataclass(frozen=True)
class Photo:
    """A file that opened.

    Attributes:
        path, label: as in `sources.File`; the label is never None.
        sha256: of the file's content, in hex.
        phash: 64-bit perceptual hash.
        width, height: as stored in the file, before it is turned upright.
        thumbnail: grey, see `looks.thumbnail`.
    """

    path: str
    label: str
    sha256: str
    phash: int
    width: int
    height: int
    thumbnail: Pixels = field(repr=False, compare=False)


Opened = tuple[Photo, Pixels] | Bad


def scan(files: Iterable[File], size: int, fit: FitMode) -> Generator[Opened]:
    """Open files on all processors (Pillow lets threads run side by side) and hand them out in order.

    Only `WINDOW` files are in work at a time, so memory does not grow with their number.

    Args:
        files: what to open.
        size: side of the fitted square.
        fit: see `images.fit`.

    Yields:
        a photo with its `(size, size, 3)` uint8 pixels, or what is bad about the file.
    """
    return in_order(lambda file: open_file(file, size, fit), files, WORKERS, WINDOW)


def open_file(file: File, size: int, fit: FitMode, interpolation: Interpolation = "bicubic") -> Opened:
    """Open one file, decoded as serving decodes it."""
    try:
        return _open(file, size, fit, interpolation)
    except (ImageError, BadData) as error:
        return Bad(file.path, error.code, error.message)


def _open(file: File, size: int, fit: FitMode, interpolation: Interpolation) -> tuple[Photo, Pixels]:
    if file.clutter:
        raise UnsupportedFormat("Expected a photo, but this is a hidden file, left by the system.")
    data = file.read()
    pixels = images.decode(data, least=size, limits=LIMITS)
    if file.label is None:
        raise BadData(f"The photo is good, but nothing tells its class: expected {LAYOUT}.")
    width, height = _stored_size(data)
    photo = Photo(
        path=file.path,
        label=file.label,
        sha256=hashlib.sha256(data).hexdigest(),
        phash=perceptual_hash(pixels),
        width=width,
        height=height,
        thumbnail=thumbnail(pixels),
    )
    return photo, images.fit(pixels, size, fit, interpolation)


def _stored_size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data), formats=[images.sniff(data)]) as image:
        return image.size
