"""Photos of every kind: what phones, cameras and scanners write, upright and in sRGB."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from pawsight import images
from pawsight.errors import BrokenImage, ImageTooLarge, PayloadTooLarge, UnsupportedFormat
from pawsight.images.strip_metadata import strip_metadata
from pawsight.types import LIMITS, LOCAL_LIMITS, Limits, Pixels

Picture = Callable[..., bytes]
HEIC = ("thumbor__image.heic", "Pillow__avif__hopper.heif")


def corners(turn: int = 1, width: int = 96, height: int = 64) -> Image.Image:
    """A picture of four colors that is upright after the turn of an EXIF orientation."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (220, 20, 20)
    pixels[: height // 2, width // 2 :] = (20, 200, 20)
    pixels[height // 2 :, : width // 2] = (20, 20, 220)
    pixels[height // 2 :, width // 2 :] = (230, 230, 230)
    back = {1: None, 3: 3, 6: 2, 8: 4}[turn]  # Image.Transpose: rotate 180, 90, 270
    upright = Image.fromarray(pixels)
    return upright if back is None else upright.transpose(Image.Transpose(back))


def looks_upright(pixels: Pixels) -> bool:
    height, width = pixels.shape[:2]
    red, white = pixels[height // 4, width // 4], pixels[3 * height // 4, 3 * width // 4]
    return (height, width) == (64, 96) and int(red[0]) > 180 > 80 > int(red[1]) and int(white.min()) > 190


@pytest.fixture(scope="module")
def heic() -> Callable[..., bytes]:
    """A maker of HEIC photos, as phones write them."""
    pillow_heif = pytest.importorskip("pillow_heif", reason="HEIC photos are made with pillow-heif")

    def make(image: Image.Image, **options: Any) -> bytes:
        buffer = io.BytesIO()
        pillow_heif.from_pillow(image).save(buffer, quality=90, **options)
        return buffer.getvalue()

    return make


@pytest.mark.parametrize("name", HEIC)
def test_heic_of_others(shared: Path, name: str) -> None:
    assert images.decode((shared / "hostile" / name).read_bytes()).shape[2] == 3


@pytest.mark.parametrize("limits", [LIMITS, LOCAL_LIMITS])
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_heic_stands_upright(heic: Callable[..., bytes], turn: int, limits: Limits) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turn
    data = heic(corners(turn), exif=exif.tobytes())
    assert looks_upright(images.decode(data, limits=limits))
    assert images.size(data) == (96, 64)


def test_heic_keeps_limits_and_tells_damage(heic: Callable[..., bytes]) -> None:
    data = heic(corners())
    with pytest.raises(ImageTooLarge, match="96 x 64"):
        images.decode(data, limits=Limits(pixels=6000))
    for part in range(1, 10):
        with pytest.raises(BrokenImage):
            images.decode(data[: len(data) * part // 10])


def test_what_is_stored_of_a_heic_has_its_pixels_and_no_metadata(heic: Callable[..., bytes]) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = "BLABBERMOUTH"
    data = heic(corners(6), exif=exif.tobytes(), xmp=b"<x>BLABBERMOUTH</x>")
    stored = strip_metadata(data).data
    assert b"BLABBERMOUTH" in data
    assert b"BLABBERMOUTH" not in stored
    np.testing.assert_array_equal(images.decode(stored), images.decode(data))


def tiff(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "jpeg"])
def test_tiff_from_ones_own_disk(turn: int, compression: str | None) -> None:
    data = tiff(corners(turn), compression=compression, tiffinfo={274: turn})
    assert looks_upright(images.decode(data, limits=LOCAL_LIMITS))
    with pytest.raises(UnsupportedFormat, match="TIFF"):
        images.decode(data)


def test_the_first_page_of_a_tiff(picture: Picture) -> None:
    data = tiff(corners(), save_all=True, append_images=[Image.new("RGB", (500, 400), "blue")])
    assert looks_upright(images.decode(data, limits=LOCAL_LIMITS))


def test_sixteen_bits_of_a_tiff_are_scaled_not_clipped() -> None:
    tifffile = pytest.importorskip("tifffile", reason="TIFF of 16 bits and three colors is made with tifffile")
    ramp = np.linspace(0, 65535, 64 * 96, dtype=np.uint16).reshape(64, 96)
    for pixels in (ramp, np.stack([ramp] * 3, axis=2)):
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, pixels)
        decoded = images.decode(buffer.getvalue(), limits=LOCAL_LIMITS)
        assert np.abs(decoded[:, :, 0].astype(int) - (ramp >> 8)).max() <= 1


def test_jpeg_xl_from_ones_own_disk() -> None:
    imagecodecs = pytest.importorskip("imagecodecs", reason="needs the extra jxl")
    for options in ({"usecontainer": True}, {"usecontainer": False}):
        data = imagecodecs.jpegxl_encode(np.asarray(corners()), **options)
        assert looks_upright(images.decode(data, limits=LOCAL_LIMITS))
        with pytest.raises(ImageTooLarge, match="96 x 64"):
            images.decode(data, limits=Limits(pixels=6000, local=True))
        with pytest.raises(BrokenImage):
            images.decode(data[: len(data) // 2], limits=LOCAL_LIMITS)
        with pytest.raises(UnsupportedFormat, match="JPEG XL"):
            images.decode(data)


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (300, 100), (640, 480), (1000, 1250), (513, 7)])
def test_the_size_of_a_jpeg_xl_is_known_before_it_is_decoded(size: tuple[int, int]) -> None:
    from pawsight.images import jxl

    imagecodecs = pytest.importorskip("imagecodecs", reason="needs the extra jxl")
    assert jxl.size(imagecodecs.jpegxl_encode(np.zeros((size[1], size[0], 3), np.uint8))) == size


P3 = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)  # chromaticities of red, green, blue: x and y (SMPTE EG 432-1)


def display_p3() -> bytes:
    """A profile of wide gamut: sRGB's, with the primaries of iPhones written in (ICC.1:2010, adapted to D50)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    columns = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    for number in range(int.from_bytes(profile[128:132], "big")):
        tag = profile[132 + 12 * number : 144 + 12 * number]
        start = int.from_bytes(tag[4:8], "big")
        if bytes(tag[:4]) in columns:
            for place, value in enumerate(columns[bytes(tag[:4])]):
                at = start + 8 + 4 * place
                profile[at : at + 4] = round(value * 65536).to_bytes(4, "big", signed=True)
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "P3 D".encode("utf-16-be"))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_wide_gamut_becomes_srgb_and_stays_so_in_the_archive(format: str) -> None:
    flat, options = Image.new("RGB", (64, 64), (200, 60, 60)), {"quality": 98} if format != "PNG" else {}
    plain, wide = io.BytesIO(), io.BytesIO()
    flat.save(plain, format, **options)
    flat.save(wide, format, icc_profile=display_p3(), **options)
    as_srgb, as_p3 = (images.decode(one.getvalue())[32, 32].astype(int) for one in (plain, wide))
    assert as_p3[0] > as_srgb[0] + 8, "the same numbers mean a stronger red in a wide gamut"
    np.testing.assert_array_equal(images.decode(strip_metadata(wide.getvalue()).data), images.decode(wide.getvalue()))


def test_a_profile_that_does_not_read_changes_nothing(picture: Picture) -> None:
    plain, odd = picture(format="PNG"), picture(format="PNG", icc_profile=b"no profile" * 50)
    np.testing.assert_array_equal(images.decode(plain), images.decode(odd))


@pytest.mark.parametrize("what", ["bytes", "pixels"])
def test_a_limit_of_ones_own_disk_names_its_setting(picture: Picture, what: str) -> None:
    limits = Limits(**{what: 100}, local=True)
    with pytest.raises((PayloadTooLarge, ImageTooLarge), match=f"max_local_{what}"):
        images.decode(picture(), limits=limits)


def test_a_picture_beyond_pillows_own_limit_opens_from_ones_own_disk() -> None:
    buffer = io.BytesIO()
    Image.new("L", (12_000, 9_000), 128).save(buffer, "JPEG", quality=50)
    with pytest.raises(ImageTooLarge, match="108 megapixels"):
        images.decode(buffer.getvalue(), least=224)
    before = Image.MAX_IMAGE_PIXELS
    assert min(images.decode(buffer.getvalue(), least=224, limits=LOCAL_LIMITS).shape[:2]) >= 448
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.skipif(sys.platform == "win32", reason="Pillow for Windows hides libtiff's names")
def test_a_broken_tiff_is_said_in_one_error_and_libtiff_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    for compression in ("tiff_lzw", "tiff_adobe_deflate"):
        buffer = io.BytesIO()
        Image.fromarray(noise).save(buffer, "TIFF", compression=compression)
        broken = bytearray(buffer.getvalue())
        broken[200:3000:97] = bytes(byte ^ 255 for byte in broken[200:3000:97])
        with pytest.raises(BrokenImage, match="TIFF"):
            images.decode(bytes(broken), limits=LOCAL_LIMITS)
        with pytest.raises(BrokenImage, match="TIFF"), Image.open(io.BytesIO(broken)) as image:
            images.from_pil(image)
    assert capfd.readouterr().err == ""


def test_grey_that_is_not_a_number_is_refused() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(buffer, "TIFF")
    with pytest.raises(BrokenImage, match="not a number"):
        images.decode(buffer.getvalue(), limits=LOCAL_LIMITS)
