"""Decoding: what comes out of good photos, and what is refused. Hostile files: test_hostile_bytes.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from pawsight import images
from pawsight.errors import (
    BrokenImage,
    EmptyFile,
    ImageTooComplex,
    ImageTooLarge,
    PayloadTooLarge,
    UnreadableFile,
    UnsupportedFormat,
)
from pawsight.types import Limits, Pixels

RED, BLUE = (210, 50, 40), (40, 50, 210)
# How an upright photo is stored for each EXIF orientation (EXIF 2.32, tag 0x0112: where row 0 and column 0 are seen).
STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}


def quarters(height: int = 48, width: int = 64) -> Pixels:
    """Red, green, blue and white quarters: tells every turn and mirror from every other."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[: height // 2, : width // 2] = (200, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 200, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 200)
    return pixels


def close(got: Pixels, expected: npt.NDArray[Any] | tuple[int, ...], within: int = 6) -> bool:
    return bool((np.abs(got.astype(int) - np.asarray(expected, int)) <= within).all())


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP"])
def test_every_allowed_format(picture: Any, format: str) -> None:
    data = picture(50, 30, colour=RED, format=format)
    assert images.sniff(data) == format
    pixels = images.decode(data)
    assert pixels.shape == (30, 50, 3)
    assert pixels.dtype == np.uint8
    assert close(pixels, RED)


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_photos_come_upright(picture: Any, format: str, orientation: int) -> None:
    stored = np.ascontiguousarray(STORED[orientation](quarters()))
    lossless: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": 95, "subsampling": 0},
        "WEBP": {"lossless": True},
        "AVIF": {"quality": 95},
    }
    data = picture(pixels=stored, format=format, orientation=orientation, **lossless.get(format, {}))
    got = images.decode(data)
    assert got.shape == quarters().shape
    middles = np.ix_([12, 36], [16, 48])
    assert close(got[middles], quarters()[middles])


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_impossible_orientation_counts_as_upright(picture: Any, orientation: int) -> None:
    assert close(images.decode(picture(pixels=quarters(), format="PNG", orientation=orientation)), quarters(), 0)


def test_cmyk(picture: Any) -> None:
    assert close(images.decode(picture(colour=RED, format="JPEG", mode="CMYK", quality=95)), RED)


@pytest.mark.parametrize("mode", ["L", "LA", "1", "P", "RGBA"])
def test_modes_become_rgb(picture: Any, mode: str) -> None:
    pixels = images.decode(picture(colour=(255, 255, 255), format="PNG", mode=mode))
    assert pixels.shape == (48, 64, 3)
    assert close(pixels, (255, 255, 255), 0)


@pytest.mark.parametrize("least", [None, 16])
def test_16_bit_grey_is_scaled_not_clipped(picture: Any, least: int | None) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)
    pixels = images.decode(picture(pixels=np.tile(ramp, (128, 1)), format="PNG"), least=least)
    assert pixels[0, :, 0].tolist() == sorted(pixels[0, :, 0].tolist())
    assert len(np.unique(pixels)) == pixels.shape[1]
    assert close(pixels[0, [0, -1], 0], (0, 255), 2)


def see_through(alpha: int) -> npt.NDArray[np.uint8]:
    return np.full((40, 60, 4), (200, 0, 0, alpha), np.uint8)


@pytest.mark.parametrize("least", [None, 8])
@pytest.mark.parametrize(("alpha", "seen"), [(0, (255, 255, 255)), (255, (200, 0, 0)), (128, (227, 127, 127))])
@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_transparency_goes_onto_white(
    picture: Any, format: str, alpha: int, seen: tuple[int, int, int], least: int | None
) -> None:
    options = {"lossless": True, "exact": True} if format == "WEBP" else {}
    assert close(images.decode(picture(pixels=see_through(alpha), format=format, **options), least=least), seen, 2)


@pytest.mark.parametrize("least", [None, 8])
@pytest.mark.parametrize(
    ("mode", "transparency"), [("P", 0), ("P", b"\0"), ("L", 0), ("RGB", (0, 0, 0)), ("1", 0), ("I;16", 0)]
)
def test_one_see_through_colour_becomes_white(
    picture: Any, mode: str, transparency: int | bytes | tuple[int, int, int], least: int | None
) -> None:
    black = np.zeros((40, 60), np.uint16) if mode == "I;16" else np.zeros((40, 60, 3), np.uint8)
    convert = None if mode == "I;16" else mode
    data = picture(pixels=black, format="PNG", mode=convert, transparency=transparency)
    assert close(images.decode(data, least=least), (255, 255, 255), 0)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_gives_its_first_frame(picture: Any, format: str) -> None:
    later = [Image.new("RGB", (64, 48), BLUE)]
    data = picture(colour=RED, format=format, save_all=True, append_images=later)
    assert close(images.decode(data), RED)


def test_a_12_megapixel_jpeg_is_decoded_small(picture: Any) -> None:
    data = picture(4000, 3000, quality=80)
    assert images.decode(data, least=224).shape == (750, 1000, 3)
    assert images.decode(data, least=160).shape == (375, 500, 3)
    assert images.decode(data).shape == (3000, 4000, 3)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP"])
@pytest.mark.parametrize("size", [(448, 448), (900, 600), (897, 1795), (2000, 500), (100, 3000), (447, 2000)])
def test_no_side_gets_below_twice_the_least(picture: Any, format: str, size: tuple[int, int]) -> None:
    height, width = images.decode(picture(*size, format=format), least=224).shape[:2]
    assert min(height, width) >= min(448, *size)
    assert height / width == pytest.approx(size[1] / size[0], rel=0.02)


def test_decoding_small_hardly_changes_what_the_model_sees(picture: Any) -> None:
    coarse = np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    data = picture(pixels=images.resize(coarse, (1600, 1200)), quality=92)
    full, small = (images.fit(images.decode(data, least=least), 160, "squash") for least in (None, 160))
    assert np.abs(full.astype(int) - small).mean() < 0.5


def test_nothing_there() -> None:
    with pytest.raises(EmptyFile, match="0 bytes"):
        images.decode(b"")


@pytest.mark.parametrize(
    ("data", "described"),
    [
        (b"just some words", "text"),
        ("two lines,\r\none of them caf\u00e9".encode(), "text"),
        (("\u00e9" * 400).encode()[1:514], "unknown"),
        (("a" + "\u00e9" * 400).encode(), "text"),
        (b"\xfe\xdc\xba" * 9, "unknown"),
        (b"%PDF-1.7", "PDF"),
        (b"\n <svg xmlns=''>", "SVG"),
        (b"<!DOCTYPE html>", "web page"),
        (b"II*\0abc", "TIFF"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0crx isom", "Canon RAW"),
        (b"FUJIFILMCCD-RAW 0201", "Fujifilm RAW"),
        (b"\0\0\0\x18ftypqt  \0\0\0\0qt  ", "video"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "video"),
        (b"\x1aE\xdf\xa3\x01", "video"),
        (b"RIFF\0\0\0\0AVI LIST", "video"),
        (b"\xff\x0a\x18", "JPEG XL"),
        (b"\0", "unknown"),
    ],
)
def test_what_is_no_photo_is_named(data: bytes, described: str) -> None:
    with pytest.raises(UnsupportedFormat, match=described):
        images.decode(data)


def test_formats_are_recognized_by_bytes_not_by_name(picture: Any, tmp_path: Path) -> None:
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(picture(format="PNG"))
    assert images.decode(images.read(path)).shape == (48, 64, 3)


def test_limit_on_bytes(picture: Any) -> None:
    data = picture()
    assert images.decode(data, limits=Limits(bytes=len(data))).shape
    with pytest.raises(PayloadTooLarge):
        images.decode(data, limits=Limits(bytes=len(data) - 1))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP"])
def test_limit_on_pixels(picture: Any, format: str) -> None:
    data = picture(50, 40, format=format)
    assert images.decode(data, limits=Limits(pixels=2000)).shape
    with pytest.raises(ImageTooLarge, match="50 x 40"):
        images.decode(data, limits=Limits(pixels=1999))


def with_scans(data: bytes, count: int) -> bytes:
    """Repeat the last scan of a progressive JPEG until it has `count` of them."""
    scans = data.split(b"\xff\xda")
    last = b"\xff\xda" + scans[-1].removesuffix(b"\xff\xd9")
    return data.removesuffix(b"\xff\xd9") + last * (count - len(scans) + 1) + b"\xff\xd9"


def test_limit_on_scans(picture: Any) -> None:
    data = picture(600, 600, progressive=True)
    assert images.decode(with_scans(data, 100)).shape == (600, 600, 3)
    with pytest.raises(ImageTooComplex, match="2000"):
        images.decode(with_scans(data, 2000))


def test_read(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(b"abc")
    assert images.read(tmp_path / "photo") == images.read(str(tmp_path / "photo")) == b"abc"


def test_read_leaves_a_large_file_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(2**40)  # takes no room: the file has a hole
    with pytest.raises(PayloadTooLarge, match=r"1,099,511\.6 MB"):
        images.read(path)


@pytest.mark.parametrize("name", ["missing.jpg", "folder", "nul\0.jpg", "a" * 5000])
def test_read_refuses_what_is_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableFile, match="cannot be read"):
        images.read(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_read_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UnreadableFile, match="not a plain file"):
        images.read(tmp_path / "pipe.jpg")


def test_messages_say_what_to_do(picture: Any) -> None:
    with pytest.raises(BrokenImage, match=r"The PNG file is damaged.*Copy or export the photo again"):
        images.decode(picture(format="PNG")[:60])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_that_of_the_decoded_photo(picture: Any, orientation: int) -> None:
    data = picture(30, 20, orientation=orientation)
    height, width = images.decode(data).shape[:2]
    assert images.size(data) == (width, height)
