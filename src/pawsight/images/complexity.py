"""What a file costs before a pixel is decoded: parts that Pillow reads in Python, and the scans of a JPEG.

Ten megabytes of the smallest parts occupy a processor for five seconds, and a photo is opened more than once. Counting
them first takes a hundredth of that, and almost nothing where a file is honest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pawsight.images.jpeg import APP1, END, QUANTIZATION, SCAN, segments

MOST = 20_000  # a PNG of the largest size has so many parts of 512 bytes, less than any program writes

_JUNK = 10  # bytes outside any part that cost as much as one part
_TABLE, _TABLES = 65, 10  # bytes of a quantization table; as many parts as one costs
_EXIF = 5000  # parts: honest photos have one block, of 64 kB at most, and reading several can cost the square
_RUNS = 50  # bytes of runs in a BMP, which Pillow unpacks in Python

_PNG_HEAD, _PNG_FRAME = 8, 12  # bytes of the file; of a chunk, around its content
_GIF_HEAD, _GIF_BLOCK = 13, re.compile(b"[!,;]")  # an extension, the first picture, the end


def count_parts(data: bytes, kind: str) -> int:
    """Count a file's parts, weighted by what each costs, up to a little over `MOST`.

    Args:
        data: the content of the file.
        kind: its format, as `images.sniff` names it; of some formats nothing is read in Python.
    """
    count = 0
    for cost in _WALKS.get(kind, _none)(data):
        count += cost
        if count > MOST:
            break
    return count


def scans(data: bytes) -> int:
    """Count the scans of a JPEG's first picture; what follows its end marker does not count."""
    count = 0
    for segment in segments(data):
        count += segment.marker == SCAN
        if segment.marker == END:
            break
    return count


def _jpeg(data: bytes) -> Iterator[int]:
    """Segments before the first scan."""
    for segment in segments(data):
        yield 1 + (segment.start - segment.gap) // _JUNK
        if segment.marker == SCAN:
            return
        if segment.marker == QUANTIZATION:
            yield max(0, min(segment.end, len(data)) - segment.content) // _TABLE * _TABLES
        elif segment.marker == APP1 and data.startswith(b"Exif\0", segment.content):
            yield _EXIF
    yield len(data) // _JUNK


def _png(data: bytes) -> Iterator[int]:
    """Chunks."""
    at = _PNG_HEAD
    while at < len(data):
        yield 1
        at += int.from_bytes(data[at : at + 4], "big") + _PNG_FRAME


def _gif(data: bytes) -> Iterator[int]:
    """Blocks of the extensions before the first picture."""
    flags = int.from_bytes(data[10:11], "big")
    at = _GIF_HEAD + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while found := _GIF_BLOCK.search(data, at):
        yield 1 + (found.start() - at) // _JUNK
        if found[0] != b"!":
            return
        at = found.end() + 1
        while size := int.from_bytes(data[at : at + 1], "big"):
            yield 1
            at += size + 1
        at += 1
    yield max(0, len(data) - at) // _JUNK


def _bmp(data: bytes) -> Iterator[int]:
    """Runs, where it is packed in runs."""
    if data[30:34] in (b"\1\0\0\0", b"\2\0\0\0"):
        yield len(data) // _RUNS


def _none(data: bytes) -> Iterator[int]:
    return iter(())


_WALKS = {"JPEG": _jpeg, "PNG": _png, "GIF": _gif, "BMP": _bmp}
