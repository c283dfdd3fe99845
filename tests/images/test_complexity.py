"""Files of countless parts are refused before anything reads them; honest ones are far from the limit."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pawsight.errors import ImageTooComplex, ImageTooLarge
from pawsight.images import decode
from pawsight.images.complexity import MOST, count_parts, scans

Picture = Callable[..., bytes]


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def behind_head(data: bytes, more: bytes, head: int) -> bytes:
    return data[:head] + more + data[head:]


# What is put between a file's head and the rest.
CROWDS = {
    "zeros after FF 00 in a JPEG": ("JPEG", 2, b"\xff\0" * 1_000_000),
    "fill bytes in a JPEG": ("JPEG", 2, b"\xff" * 1_000_000),
    "empty comments in a JPEG": ("JPEG", 2, b"\xff\xfe\0\2" * 100_000),
    "quantisation tables in a JPEG": ("JPEG", 2, segment(0xDB, (b"\0" + bytes(range(1, 65))) * 900) * 10),
    "EXIF blocks in a JPEG": ("JPEG", 2, segment(0xE1, b"Exif\0\0MM\0*" + bytes(65_000)) * 10),
    "empty chunks in a PNG": ("PNG", 33, b"\0\0\0\0abCd\xd6\x0c\xab\xde" * 100_000),
    "blocks of a GIF's comment": ("GIF", 781, b"\x21\xfe" + b"\x01c" * 100_000 + b"\0"),
    "comments in a GIF": ("GIF", 781, b"\x21\xfe\x01c\0" * 100_000),
    "zeros in a GIF": ("GIF", 781, bytes(1_000_000)),
}


@pytest.mark.parametrize("crowd", CROWDS)
def test_a_crowd_is_refused(picture: Picture, crowd: str) -> None:
    format, head, more = CROWDS[crowd]
    data = picture(format=format, pixels=np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8))
    assert count_parts(data, format) <= 100
    with pytest.raises(ImageTooComplex, match=f"more than {MOST:,} parts"):
        decode(behind_head(data, more, head))


def test_runs_of_a_bmp() -> None:
    head = struct.pack("<IiiHHIIiiII", 40, 7000, 7000, 1, 8, 1, 0, 0, 0, 256, 0)
    data = b"BM" + struct.pack("<IHHI", 0, 0, 0, 1078) + head + bytes(1024) + b"\1\1" * 1_000_000
    with pytest.raises(ImageTooComplex):
        decode(data)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP"])
def test_counting_ends_with_the_file_wherever_it_is_cut(picture: Picture, format: str) -> None:
    data = picture(format=format, **({"exif": bytes(60)} if format == "JPEG" else {}))
    for end in range(min(len(data), 1500)):
        assert 0 <= count_parts(data[:end], format) < MOST
        assert scans(data[:end]) <= 1


def test_real_photos_have_few_parts(shared: Path) -> None:
    with zipfile.ZipFile(shared / "data" / "kagglecatsanddogs_5340.zip") as zip:
        photos = [zip.read(f"PetImages/{kind}/{number}.jpg") for kind in ("Cat", "Dog") for number in range(1, 200)]
    counts = [count_parts(photo, "JPEG") for photo in photos if photo.startswith(b"\xff\xd8\xff")]
    assert len(counts) > 300
    assert max(counts) < MOST / 2


def test_what_looks_like_scans_elsewhere_is_none(picture: Picture) -> None:
    """A phone's film behind the photo, a profile of any bytes: each 65,536th pair of them is FF DA by chance."""
    photo, marks = picture(progressive=True), b"\xff\xda" * 500
    assert scans(photo) == photo.count(b"\xff\xda") > 5
    for data in (photo + marks, behind_head(photo, segment(0xE2, b"ICC_PROFILE\0\1\1" + marks), 2)):
        assert scans(data) == scans(photo)
        assert decode(data).shape == (48, 64, 3)


@pytest.mark.long
@pytest.mark.parametrize("size", [(1, 65_536), (65_536, 1), (1, 49_000_000)])
def test_sides_longer_than_any_photo_has(size: tuple[int, int]) -> None:
    buffer = io.BytesIO()
    Image.new("1", size).save(buffer, "PNG")
    with pytest.raises(ImageTooLarge, match="sides of at most 65,535"):
        decode(buffer.getvalue())
