"""What is stored has the same pixels, and tells nothing else."""

from __future__ import annotations

import csv
import hashlib
import io
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, PngImagePlugin

from pawsight import images
from pawsight.errors import ImageError, UnsupportedFormat
from pawsight.images.strip_metadata import strip_metadata

Picture = Callable[..., bytes]
MARK = b"BLABBERMOUTH"
GRAIN = np.random.default_rng(5).integers(0, 256, (40, 56, 3), dtype=np.uint8)


def same(data: bytes) -> bytes:
    """Check that the stored photo decodes to the same pixels; hand it out."""
    stored = strip_metadata(data).data
    np.testing.assert_array_equal(images.decode(stored), images.decode(data))
    return stored


def talkative(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = MARK.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = MARK
    return exif


def encode(format: str, mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(GRAIN).convert(mode).save(buffer, format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_metadata_goes_and_the_pixels_stay(format: str, orientation: int) -> None:
    data = encode(format, exif=talkative(orientation).tobytes(), icc_profile=MARK * 20)
    assert MARK in data
    assert MARK not in same(data)


@pytest.mark.parametrize(
    ("format", "mode", "options"),
    [
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {}),
        ("JPEG", "RGB", {"progressive": True, "comment": MARK}),
        ("JPEG", "RGB", {"keep_rgb": True, "xmp": MARK}),
        ("JPEG", "RGB", {"restart_marker_blocks": 2}),
        ("PNG", "P", {"transparency": 3}),
        ("PNG", "1", {}),
        ("PNG", "LA", {}),
        ("PNG", "I;16", {}),
        ("WEBP", "RGBA", {"xmp": MARK}),
        ("WEBP", "RGBA", {"lossless": True, "exif": MARK}),
        ("WEBP", "RGB", {}),
        ("GIF", "P", {"comment": MARK}),
        ("BMP", "RGB", {}),
    ],
)
def test_every_kind_of_file(format: str, mode: str, options: dict[str, object]) -> None:
    assert MARK not in same(encode(format, mode, **options))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_encoded_again_without_need(format: str) -> None:
    data = encode(format)
    stored = strip_metadata(data)
    assert stored.format == format
    assert stored.data == data or len(stored.data) < len(data)


def test_text_in_a_png(picture: Picture) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", MARK.decode())
    text.add_itxt("XML:com.adobe.xmp", f'<x tiff:Orientation="6" who="{MARK.decode()}"/>')
    assert MARK not in same(encode("PNG", pnginfo=text))


@pytest.mark.parametrize("format", ["PNG", "WEBP", "GIF"])
def test_an_animation_keeps_the_frame_that_was_answered_for(format: str) -> None:
    frames = [Image.fromarray(np.roll(GRAIN, shift, axis=1)) for shift in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, format, save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(same(buffer.getvalue()))) as stored:
        assert getattr(stored, "n_frames", 1) == 1


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_what_hides_behind_the_end_goes(format: str) -> None:
    assert MARK not in same(encode(format) + b"PK\3\4" + MARK)


def test_what_hides_in_segments_that_decoders_pass_over_goes() -> None:
    data = encode("JPEG")
    for marker in (0xDC, 0xEF, 0xFE):
        segment = b"\xff" + bytes([marker]) + (len(MARK) + 2).to_bytes(2, "big") + MARK
        assert MARK not in same(data[:2] + segment + data[2:])


def test_hashes_name_what_came_and_what_is_stored() -> None:
    data = encode("JPEG", comment=MARK)
    photo = strip_metadata(data)
    assert photo.uploaded == hashlib.sha256(data).hexdigest()
    assert photo.sha256 == hashlib.sha256(photo.data).hexdigest() != photo.uploaded


def test_metadata_stays_where_the_operator_says_so() -> None:
    data = encode("JPEG", exif=talkative().tobytes())
    assert strip_metadata(data, keep_metadata=True).data == data


def test_no_photo() -> None:
    with pytest.raises(UnsupportedFormat):
        strip_metadata(b"<html>")


@pytest.mark.parametrize(("format", "least"), [("JPEG", 20), ("PNG", 1), ("WEBP", 20)])  # PNG has checksums
def test_damaged_files_that_still_decode(format: str, least: int) -> None:
    """Whatever a decoder takes, however odd, keeps its pixels."""
    chance = random.Random(11)
    data = encode(format, exif=talkative().tobytes(), quality=80)
    taken = 0
    for _ in range(250):
        mutant = bytearray(data)
        mutant[chance.randrange(4, len(mutant))] = chance.choice([0, 0xFF, 0xD9, 0xDA, 0xE1, chance.randrange(256)])
        try:
            images.decode(bytes(mutant))
        except ImageError:
            continue
        taken += 1
        same(bytes(mutant))
    assert taken >= least


@pytest.mark.parametrize("garbage", [b"\0", b"\xff\xff\xff", b"\x12\x34\x56"])
def test_a_jpeg_with_something_between_its_segments(garbage: bytes) -> None:
    data = encode("JPEG", progressive=True)
    table = data.index(b"\xff\xc4", data.index(b"\xff\xda"))
    end = table + 2 + int.from_bytes(data[table + 2 : table + 4], "big")
    assert images.decode(same(data[:end] + garbage + data[end:])).shape == GRAIN.shape


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_what_is_cut_off_is_no_photo(format: str, part: float) -> None:
    data = encode(format, exif=talkative().tobytes())
    with pytest.raises(ImageError):
        strip_metadata(data[: int(len(data) * part)])


def test_accepted_hostile_files(shared: Path) -> None:
    with (shared / "hostile" / "expected.csv").open() as file:
        accepted = [row["file"] for row in csv.DictReader(file) if row["status"] == "200"]
    assert len(accepted) > 20
    for name in accepted:
        same((shared / "hostile" / name).read_bytes())
