"""What of a file is gone through one by one: parts that Pillow reads in Python, and the scans of a JPEG.

Ten megabytes of the smallest parts hold a processor for five seconds, and a photo is opened more than once. Counting
them first takes a hundredth of that, and next to nothing where a file is honest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST = 20_000  # a PNG of the largest size has so many parts of 512 bytes, less than any program writes

_JUNK = 10  # bytes that belong to no part and cost as much as one
_TABLE, _TABLES = 65, 10  # bytes of a quantisation table; the parts that it costs
_EXIF = 5000  # parts: honest photos have one block, of 64 kB at most, and reading several can cost the square
_RUNS = 50  # bytes of runs in a BMP, which Pillow unpacks in Python

# JPEG (ITU-T T.81, annex B): a marker is FF and neither 00 nor another FF; these have no length behind them.
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_BEHIND_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SCAN, _END, _QUANTISATION, _APP1, _ALONE = 0xDA, 0xD9, 0xDB, 0xE1, {0x01, *range(0xD0, 0xDA)}
_PNG_HEAD, _PNG_FRAME = 8, 12  # bytes of the file; of a chunk, around its content
_GIF_HEAD, _GIF_BLOCK = 13, re.compile(b"[!,;]")  # an extension, the first picture, the end


def pieces(data: bytes, kind: str) -> int:
    """Count a file's parts, each for what it costs, and no further than a little over `MOST`.

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
    """The scans of a JPEG's first picture; what stands behind its end, such as a phone's film, has none."""
    count = 0
    for marker, _, _ in _segments(data):
        count += marker == _SCAN
        if marker == _END:
            break
    return count


def _segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(marker, bytes between it and the one before, content) of each segment; compressed data has no marker in it."""
    at, pattern = 2, _MARKER
    while found := pattern.search(data, at):
        marker, start = data[found.start() + 1], found.end()
        end = start if marker in _ALONE else start + int.from_bytes(data[start : start + 2], "big")
        yield marker, found.start() - at, data[start + 2 : end]
        at, pattern = end, _BEHIND_SCAN if marker == _SCAN else _MARKER


def _jpeg(data: bytes) -> Iterator[int]:
    """What stands before the first scan."""
    for marker, junk, content in _segments(data):
        yield 1 + junk // _JUNK
        if marker == _SCAN:
            return
        if marker == _QUANTISATION:
            yield len(content) // _TABLE * _TABLES
        elif marker == _APP1 and content.startswith(b"Exif\0"):
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
