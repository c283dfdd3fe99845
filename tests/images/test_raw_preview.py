"""Camera RAW: the embedded preview, found wherever a maker puts it, and upright."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from pawsight import images
from pawsight.errors import UnsupportedFormat
from pawsight.images.raw_preview import largest_preview, preview_bytes
from pawsight.types import LOCAL_LIMITS

Picture = Callable[..., bytes]
RAW_PIXELS = np.random.default_rng(3).integers(0, 256, 200_000, dtype=np.uint8).tobytes()
LOSSLESS = (
    b"\xff\xd8\xff\xc3\0\x0b\x0e\x10\0\x10\0\1\1\x11\0\xff\xda\0\x08\1\1\0\0\0\0" + RAW_PIXELS[:5000] + b"\xff\xd9"
)


def directory(entries: dict[int, tuple[int, int, int]], after: int) -> bytes:
    """One TIFF directory: tag -> (type, count, value)."""
    body = struct.pack("<H", len(entries))
    body += b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(entries.items()))
    return body + struct.pack("<I", after)


def tiff_raw(preview: bytes, thumb: bytes, orientation: int, header: bytes = b"II*\0") -> bytes:
    """As CR2, NEF, ARW, DNG and ORF are built: a small picture first, then lossless raw data and the preview."""
    first = {256: (4, 1, 16), 257: (4, 1, 12), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 2), 274: (3, 1, orientation)}
    first |= {273: (4, 1, 400), 277: (3, 1, 3), 278: (4, 1, 12), 279: (4, 1, 16 * 12 * 3), 330: (4, 1, 300)}
    head = header + struct.pack("<I", 8) + directory(first, 0)
    return head.ljust(400, b"\0") + bytes(16 * 12 * 3) + thumb + LOSSLESS + RAW_PIXELS + preview + RAW_PIXELS[:999]


def raf(preview: bytes) -> bytes:
    return b"FUJIFILMCCD-RAW 0201FF383501X-T4".ljust(148, b"\0") + preview + RAW_PIXELS


def cr3(preview: bytes, orientation: int) -> bytes:
    exif = b"II*\0\x08\0\0\0" + directory({274: (3, 1, orientation)}, 0)
    boxes = [(b"ftyp", b"crx \0\0\0\1crx isom"), (b"moov", struct.pack(">I", len(exif) + 8) + b"CMT1" + exif)]
    data = b"".join(struct.pack(">I", len(body) + 8) + kind + body for kind, body in boxes)
    return data + struct.pack(">I", 0) + b"mdat" + preview + LOSSLESS + RAW_PIXELS


@pytest.fixture
def preview(picture: Picture) -> bytes:
    return picture(600, 400, seed=1)


@pytest.fixture
def thumb(picture: Picture) -> bytes:
    return picture(160, 120, colour=(9, 9, 9))


@pytest.mark.parametrize("header", [b"II*\0", b"IIRO", b"IIU\0"])
@pytest.mark.parametrize(("orientation", "shape"), [(1, (400, 600, 3)), (6, (600, 400, 3)), (3, (400, 600, 3))])
def test_raw_files_that_are_tiff(
    preview: bytes, thumb: bytes, header: bytes, orientation: int, shape: tuple[int, int, int]
) -> None:
    assert images.decode(tiff_raw(preview, thumb, orientation, header), limits=LOCAL_LIMITS).shape == shape


def test_other_raw_files(preview: bytes) -> None:
    assert images.decode(raf(preview), limits=LOCAL_LIMITS).shape == (400, 600, 3)
    assert images.decode(cr3(preview, 8), limits=LOCAL_LIMITS).shape == (600, 400, 3)
    for data in (raf(preview), cr3(preview, 8)):
        with pytest.raises(UnsupportedFormat, match="RAW"):
            images.decode(data)


def test_a_preview_that_turns_itself_is_not_turned_twice(picture: Picture) -> None:
    turned = picture(600, 400, orientation=6)
    assert images.decode(cr3(turned, 6), limits=LOCAL_LIMITS).shape == (600, 400, 3)


def test_the_largest_preview_is_taken_whole(preview: bytes, thumb: bytes) -> None:
    data = tiff_raw(preview, thumb, 1)
    found = largest_preview(data)
    assert found is not None
    assert (found.width, found.height) == (600, 400)
    assert preview_bytes(data, found) == preview


def test_a_raw_file_without_a_preview_says_so() -> None:
    with pytest.raises(UnsupportedFormat, match="no JPEG preview"):
        images.decode(raf(LOSSLESS), limits=LOCAL_LIMITS)


def test_a_tiff_with_a_small_preview_is_shown_itself(picture: Picture) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(buffer, "TIFF")
    data = buffer.getvalue() + picture(160, 120)
    assert images.decode(data, limits=LOCAL_LIMITS).shape == (200, 300, 3)
