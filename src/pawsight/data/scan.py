"""Open every file: what is a good photo comes back as pixels, what is not comes back with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from pawsight import images
from pawsight.data.duplicates import perceptual_hash
from pawsight.data.layout import SourceFile
from pawsight.data.sources import LAYOUT
from pawsight.data.thumbnails import thumbnail
from pawsight.errors import BadData, ImageError, UnsupportedFormat
from pawsight.parallel import in_order, usable_processors
from pawsight.types import FitMode, Interpolation, Pixels, RejectedFile

WORKERS = usable_processors()
WINDOW = 8 * WORKERS


@dataclass(frozen=True)
class ScannedPhoto:
    """A file that opened.

    Attributes:
        path, label, kind, split: as in `layout.SourceFile`; the label is never None.
        sha256: of the file's content, in hex.
        phash: 64-bit perceptual hash.
        width, height: as stored in the file, before it is turned upright.
        thumbnail: grey, see `thumbnails.thumbnail`.
    """

    path: str
    label: str
    sha256: str
    phash: int
    width: int
    height: int
    thumbnail: Pixels = field(repr=False, compare=False)
    kind: str = ""
    split: str = ""


Opened = tuple[ScannedPhoto, Pixels] | RejectedFile


def scan(files: Iterable[SourceFile], size: int, fit: FitMode) -> Generator[Opened]:
    """Open files on all processors (Pillow lets threads run side by side) and yield them in order.

    Only `WINDOW` files are in work at a time, so memory does not grow with their number.

    Args:
        files: what to open.
        size: side of the fitted square.
        fit: see `images.fit`.

    Yields:
        a photo with its `(size, size, 3)` uint8 pixels, or what is bad about the file.
    """
    return in_order(lambda file: open_file(file, size, fit), files, WORKERS, WINDOW)


def open_file(file: SourceFile, size: int, fit: FitMode, interpolation: Interpolation = "bicubic") -> Opened:
    """Open one file, decoded as serving decodes it."""
    try:
        return _open(file, size, fit, interpolation)
    except (ImageError, BadData) as error:
        return RejectedFile(file.path, error.code, error.message)


def _open(file: SourceFile, size: int, fit: FitMode, interpolation: Interpolation) -> tuple[ScannedPhoto, Pixels]:
    if file.clutter:
        raise UnsupportedFormat("The file is hidden, so it is not used.")
    data = file.read()
    pixels = images.decode(data, least=size, limits=file.limits)
    if file.label is None:
        raise BadData(f"The photo is good, but nothing tells its class. Photos come as {LAYOUT}.")
    width, height = images.stored_size(data, file.limits) or pixels.shape[1::-1]
    photo = ScannedPhoto(
        path=file.path,
        label=file.label,
        sha256=hashlib.sha256(data).hexdigest(),
        phash=perceptual_hash(pixels),
        width=width,
        height=height,
        thumbnail=thumbnail(pixels),
        kind=file.kind,
        split=file.split,
    )
    return photo, images.fit(pixels, size, fit, interpolation)
