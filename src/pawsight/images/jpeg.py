"""The segments of a JPEG file (ITU-T T.81, annex B): the one walk over them that all of Pawsight shares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

START, END, SCAN, QUANTIZATION = 0xD8, 0xD9, 0xDA, 0xDB
APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
# Frame headers whose pixels Pillow decodes: baseline, extended, progressive. C3 is the lossless one of camera RAW.
FRAMES = (0xC0, 0xC1, 0xC2)

# A marker is FF and neither 00 nor another FF; in compressed data restart markers (D0 to D7) are no end either.
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xDA)}


class Segment(NamedTuple):
    """One segment.

    Attributes:
        marker: its second byte, such as `SCAN`.
        gap: position where the segment before it ended; compressed data lies between, or bytes that belong to nothing.
        start: position of its marker.
        content: position of what follows marker and length.
        end: position behind its content, by its length; may lie beyond the file.
    """

    marker: int
    gap: int
    start: int
    content: int
    end: int


def segments(data: bytes, start: int = 0) -> Iterator[Segment]:
    """Walk over the segments behind the start marker; bytes that belong to no segment are passed over.

    The end marker is a segment, and what follows it (other pictures, a phone's film) is walked over, too.

    Args:
        data: content of a file.
        start: position of the JPEG's start marker in it.
    """
    at, pattern = start + 2, _MARKER
    while found := pattern.search(data, at):
        marker, behind = data[found.start() + 1], found.end()
        bare = marker in _WITHOUT_LENGTH
        end = behind if bare else behind + int.from_bytes(data[behind : behind + 2], "big")
        yield Segment(marker, at, found.start(), behind if bare else behind + 2, end)
        at, pattern = end, _AFTER_SCAN if marker == SCAN else _MARKER
