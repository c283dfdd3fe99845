"""Bytes -> upright sRGB -> `(H, W, 3)` uint8.

Formats are recognized by their bytes, never by a name. What cannot be shown in full is refused, never guessed.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Iterator

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from pawsight.errors import (
    BrokenImage,
    EmptyFile,
    ImageError,
    UnsupportedFormat,
    too_costly,
)
from pawsight.images import color, heif, jxl, libtiff, raw_preview
from pawsight.images import sniff as formats
from pawsight.images.checks import check_bytes, check_parts, check_scans, check_size, too_many_pixels
from pawsight.images.files import LARGE_PICTURE, ONE_LARGE
from pawsight.types import LIMITS, Limits, Pixels

ALLOWED = formats.UPLOADS
_MOST_EXIF = 131_072  # bytes, twice what a JPEG has room for; larger blocks can cost the square of their size

# Pillow only warns between one and two times its own pixel limit; for us both are refusals (see `_translate`).
warnings.simplefilter("error", Image.DecompressionBombWarning)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)

_NUMBER = re.compile(r"\((\d+) pixels\)")
# EXIF 2.32, tag 0x0112: what turns each orientation upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def sniff(data: bytes, local: bool = False) -> str:
    """Name the format of `data` by its first bytes.

    Args:
        data: the content of a file.
        local: it lies on the user's own disk; more formats are then opened.

    Returns:
        `JPEG`, `PNG`, `WEBP`, `GIF`, `AVIF`, `BMP` or `HEIF`, as Pillow calls them; from one's own disk also `TIFF`,
        `JXL` and `RAW`.

    Raises:
        UnsupportedFormat: the bytes are of no such format; the message says what they are.
    """
    kind = formats.kind(data, local)
    if kind is None:
        raise UnsupportedFormat(
            f"The file is {formats.describe(data)}, which is not opened here.", formats.remedy(data, local)
        )
    return kind


def decode(data: bytes, *, least: int | None = None, limits: Limits = LIMITS) -> Pixels:
    """Decode one photo to upright sRGB.

    EXIF orientation is applied; transparency goes onto white; CMYK, palettes, grey and wide gamuts become sRGB; 16 bits
    are scaled to 8; an animation gives its first frame, a TIFF its first page, camera RAW its preview.

    Args:
        data: the content of the file.
        least: the picture may come back smaller than stored, but no side below twice `least` pixels by that.
            Large JPEGs are then decoded at 1/2, 1/4 or 1/8 scale, which costs a fraction.
        limits: what the file may cost, and whether it lies on the user's own disk.

    Returns:
        `(H, W, 3)` uint8, values 0..255.

    Raises:
        ImageError: one of its children, by what is wrong; nothing else is ever raised for bad bytes.
    """
    return np.asarray(decode_image(data, least=least, limits=limits))


def decode_image(data: bytes, *, least: int | None = None, limits: Limits = LIMITS) -> Image.Image:
    """Decode one photo like `decode`, to a Pillow image of mode RGB: an array of its pixels would be a copy."""
    if not data:
        raise EmptyFile("The file is empty (0 bytes).", "Copy or upload it again.")
    check_bytes(len(data), limits)
    kind = sniff(data, limits.local)
    if kind in ("RAW", "TIFF") and (preview := _preview(data, kind)):
        data, turn = preview
        return _turned(_decode_kind(data, "JPEG", least, limits), turn)
    if kind == "RAW":
        raise UnsupportedFormat("The camera RAW file holds no JPEG preview.", "Develop it to JPEG first.")
    return _decode_kind(data, kind, least, limits)


def _preview(data: bytes, kind: str) -> tuple[bytes, int] | None:
    """Return a raw file's JPEG and the turn that the file states for it; None for a TIFF that is a picture itself.

    Many raw files are TIFF: their first picture is a thumbnail, and the preview is larger.
    """
    found = raw_preview.largest_preview(data)
    if found is None:
        return None
    if kind == "TIFF" and found.width * found.height <= _tiff_pixels(data):
        return None
    picture = raw_preview.preview_bytes(data, found)
    return picture, raw_preview.stored_orientation(data) if _exif_turn(picture) == 1 else 1


def _tiff_pixels(data: bytes) -> int:
    try:
        with Image.open(io.BytesIO(data), formats=["TIFF"]) as image:
            return image.width * image.height
    except _BOMBS:
        return 1 << 62
    except Exception:  # raw files may begin with a directory that Pillow does not know
        return 0


def _exif_turn(data: bytes) -> int:
    try:
        return orientation(data)
    except Exception:  # `decode` says what is wrong with it
        return 1


def _decode_kind(data: bytes, kind: str, least: int | None, limits: Limits) -> Image.Image:
    check_parts(data, kind)  # before the header is read, which is for the decoder
    if kind == "JPEG":
        check_scans(data, 0, limits)
    try:
        return _decode(data, kind, least, limits)
    except ImageError:
        raise
    except Exception as error:  # decoders raise almost anything for hostile bytes: ValueError, SyntaxError, ...
        raise _translate(error, kind, limits) from error


def from_pil(image: Image.Image) -> Pixels:
    """Convert an open Pillow image to upright sRGB, by the same rules as `decode`; the image itself stays as it is.

    Returns:
        `(H, W, 3)` uint8, values 0..255.

    Raises:
        BrokenImage: its pixels can't be loaded.
    """
    if image.format == "TIFF":
        libtiff.print_nothing()
    try:
        image.load()
        return np.asarray(_turned(color.to_srgb(image, None), _orientation(image)))
    except Exception as error:
        raise _translate(error, image.format or "image", LIMITS) from error


def orientation(data: bytes) -> int:
    """Return the EXIF orientation that `decode` undoes in a photo that it accepts: 1 (upright) to 8."""
    with _open(data, sniff(data), LIMITS) as image:
        return _orientation(image)


def size(data: bytes) -> tuple[int, int]:
    """Return width and height of a photo that `decode` accepts, upright, in pixels, from its header."""
    with _open(data, sniff(data), LIMITS) as image:
        width, height = image.size
        return (height, width) if _orientation(image) >= 5 else (width, height)


def stored_size(data: bytes, limits: Limits = LIMITS) -> tuple[int, int] | None:
    """Return width and height as the header states them, not turned upright; None where only the decoder knows them."""
    kind = sniff(data, limits.local)
    if kind in ("RAW", "JXL"):
        return None
    try:
        with _opened(data, kind, limits) as image:
            return image.size
    except Exception:  # a raw file that begins with a directory that Pillow does not know
        return None


def has_wide_gamut(data: bytes) -> bool:
    """Return whether the colors of a photo that `decode` accepts are converted by the profile that it carries."""
    with _open(data, sniff(data), LIMITS) as image:
        return color.converts(image)


def _translate(error: Exception, kind: str, limits: Limits) -> ImageError:
    if isinstance(error, _BOMBS):  # Pillow tells the size only in words
        pixels = _NUMBER.search(str(error))
        return too_many_pixels(f"{int(pixels[1]) / 1e6:,.0f} megapixels" if pixels else "many more pixels", limits)
    if isinstance(error, MemoryError):
        return too_costly()
    reason = str(error).splitlines()[0] if str(error) else "its parts do not fit together"
    if isinstance(error, UnidentifiedImageError):  # its own words name an object in our memory
        reason = "its header does not read"
    return BrokenImage(f"The {kind} file is damaged or cut off ({reason}).", "Copy or export the photo again.")


def _decode(data: bytes, kind: str, least: int | None, limits: Limits) -> Image.Image:
    with _opened(data, kind, limits) as image:
        if kind == "JPEG":
            check_scans(data, image.width * image.height, limits)
        if least:
            image.draft("RGB", (2 * least, 2 * least))
        image.load()
        rgb, turn = color.to_srgb(image, least), _orientation(image)
    return _turned(rgb, turn)


def _open(data: bytes, kind: str, limits: Limits) -> Image.Image:
    if kind == "JXL":
        return jxl.open_jxl(data, limits)
    if kind == "HEIF":
        heif.register()
    if kind == "TIFF":
        libtiff.print_nothing()
    return Image.open(io.BytesIO(data), formats=[kind])


@contextlib.contextmanager
def _opened(data: bytes, kind: str, limits: Limits) -> Iterator[Image.Image]:
    """Open a picture whose size is allowed; large ones only one at a time, since each may take a gigabyte."""
    with contextlib.ExitStack() as stack:
        try:
            image = stack.enter_context(_open(data, kind, limits))
        except _BOMBS:
            if not limits.local:
                raise
            image = stack.enter_context(_opened_large(data, kind, limits))
        else:
            check_size(image.size, limits)
            if image.width * image.height > LARGE_PICTURE:
                stack.enter_context(ONE_LARGE)
        yield image


@contextlib.contextmanager
def _opened_large(data: bytes, kind: str, limits: Limits) -> Iterator[Image.Image]:
    """Open a picture that is beyond Pillow's own limit, which is one number for the whole process."""
    with ONE_LARGE:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, limits.pixels
        try:
            with _open(data, kind, limits) as image:
                check_size(image.size, limits)
                yield image
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _turned(image: Image.Image, turn: int) -> Image.Image:
    """Turn a picture of an EXIF orientation upright."""
    how = _UPRIGHT.get(turn)
    return image if how is None else image.transpose(how)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 (upright) to 8; 1 where the metadata is missing, malformed or far too large."""
    if image.format == "TIFF":  # Pillow turns it while loading
        return 1
    if any(len(image.info.get(name) or b"") > _MOST_EXIF for name in ("exif", "Raw profile type exif")):
        return 1
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # malformed metadata says nothing about the pixels
        return 1
