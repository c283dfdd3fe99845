"""Camera RAW: the JPEG preview that every camera puts into its raw file, in full size or close to it.

Where makers put it differs (TIFF directories, maker notes, boxes of CR3), but not what it is: the file is searched for
complete JPEG headers, which is the same for all makers. Raw pixels themselves are often lossless JPEG; those have
another frame header and are passed over.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from PIL import ExifTags, TiffImagePlugin

from pawsight.images.jpeg import END, FRAMES, SCAN, START, segments

_SOI = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]")
_MOST_SEGMENTS = 200  # before the first scan; previews have about ten
_HEADERS = {b"II": b"II*\0", b"MM": b"MM\0*"}  # Olympus and Panasonic put their own letters behind the byte order
_FIRST = 1 << 20  # bytes in which the directories of a CR3 lie


class Preview(NamedTuple):
    """A JPEG inside another file: where it begins, and its size in pixels."""

    start: int
    width: int
    height: int


def largest_preview(data: bytes) -> Preview | None:
    """Find the JPEG with the most pixels in a file; None where there is none."""
    return max(_previews(data), key=lambda one: one.width * one.height, default=None)


def preview_bytes(data: bytes, preview: Preview) -> bytes:
    """Cut a preview out, up to its end marker, or to the end of the file where that is missing."""
    end = next((one.end for one in segments(data, preview.start) if one.marker == END), len(data))
    return data[preview.start : end]


def stored_orientation(data: bytes) -> int:
    """Return the EXIF orientation that a raw file states for itself, 1 (upright) to 8; 1 where it states none."""
    box = data.find(b"CMT1", 0, _FIRST) if data[4:8] == b"ftyp" else -4  # CR3 keeps its EXIF in a box of this name
    content = data[box + 4 :] if box >= 0 else data
    header = _HEADERS.get(content[:2], b"") + content[4:8]
    try:
        directory = TiffImagePlugin.ImageFileDirectory_v2(header)
        file = io.BytesIO(content)
        file.seek(directory.next)
        directory.load(file)
        turn = int(directory.get(ExifTags.Base.Orientation, 1))
    except Exception:  # malformed metadata says nothing about the pixels
        return 1
    return turn if 1 <= turn <= 8 else 1


def _previews(data: bytes) -> Iterator[Preview]:
    for found in _SOI.finditer(data):
        if size := _frame_size(data, found.start()):
            yield Preview(found.start(), *size)


def _frame_size(data: bytes, start: int) -> tuple[int, int] | None:
    """Return width and height where a whole header of a decodable JPEG stands at this place, else None."""
    size = None
    for number, segment in enumerate(segments(data, start)):
        if number > _MOST_SEGMENTS or segment.end > len(data) or segment.marker in (START, END):
            return None
        if data[segment.gap : segment.start].strip(b"\xff"):
            return None
        if segment.marker in FRAMES and data[segment.content : segment.content + 1] == b"\x08":  # bits a sample
            height, width = (
                int.from_bytes(data[at : at + 2], "big") for at in (segment.content + 1, segment.content + 3)
            )
            size = (width, height)
        if segment.marker == SCAN:
            return size if size and all(size) else None
    return None
