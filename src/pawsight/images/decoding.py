"""Bytes -> upright RGB -> `(H, W, 3)` uint8.

Formats are told by their bytes, never by a name. What cannot be shown in full is refused, never guessed at.
"""

from __future__ import annotations

import io
import os
import re
import stat
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from pawsight import formats
from pawsight.errors import (
    BrokenImage,
    EmptyFile,
    ImageError,
    ImageTooComplex,
    ImageTooLarge,
    PayloadTooLarge,
    UnreadableFile,
    UnsupportedFormat,
    too_costly,
)
from pawsight.images.pieces import MOST, pieces, scans
from pawsight.types import LIMITS, Limits, Pixels

ALLOWED = "JPEG, PNG, WebP, GIF, AVIF and BMP"
_LONGEST = 65_535  # of a JPEG; longer sides of a pixel's width cost seconds, and nobody has photos like that
_MOST_EXIF = 131_072  # bytes, twice what a JPEG has room for; larger blocks can cost the square of their size
_SCANNED = 10_000_000  # pixels up to which a JPEG may have all the scans that the limits allow

# Pillow only warns between one and two times its own pixel limit; for us both are refusals (see `_translate`).
warnings.simplefilter("error", Image.DecompressionBombWarning)

_NUMBER = re.compile(r"\((\d+) pixels\)")
# EXIF 2.32, tag 0x0112: what brings each orientation upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def sniff(data: bytes) -> str:
    """Name the format of `data` by its first bytes.

    Returns:
        `JPEG`, `PNG`, `WEBP`, `GIF`, `AVIF` or `BMP`, as Pillow calls them.

    Raises:
        UnsupportedFormat: the bytes are of no allowed format; the message says what they look like.
    """
    kind = formats.kind(data)
    if kind is None:
        raise UnsupportedFormat(
            f"Expected a photo ({ALLOWED}), but the content is {formats.describe(data)}.",
            "Save it as JPEG or PNG and try again; renaming a file does not change its format.",
        )
    return kind


def decode(data: bytes, *, least: int | None = None, limits: Limits = LIMITS) -> Pixels:
    """Decode one photo to upright RGB.

    EXIF orientation is applied; transparency goes onto white; CMYK, palettes and grey become RGB; 16 bits are scaled
    to 8; an animation gives its first frame.

    Args:
        data: the content of the file.
        least: the picture may come back smaller than stored, but no side below twice `least` pixels by that.
            Large JPEGs are then decoded at 1/2, 1/4 or 1/8 scale, which costs a fraction.
        limits: what the file may cost.

    Returns:
        `(H, W, 3)` uint8, values 0..255.

    Raises:
        ImageError: one of its children, by what is wrong; nothing else is ever raised for bad bytes.
    """
    if not data:
        raise EmptyFile("Expected a photo, but the file is empty (0 bytes).", "Copy or upload it again.")
    _check_bytes(len(data), limits)
    kind = sniff(data)
    _check_pieces(data, kind)  # before the header is read, which is for the decoder
    if kind == "JPEG":
        _check_scans(data, 0, limits)
    try:
        return _decode(data, kind, least, limits)
    except ImageError:
        raise
    except Exception as error:  # decoders raise almost anything for hostile bytes: ValueError, SyntaxError, ...
        raise _translate(error, kind, limits) from error


def orientation(data: bytes) -> int:
    """The EXIF orientation that `decode` undoes in a photo that it accepts: 1 (upright) to 8."""
    with Image.open(io.BytesIO(data), formats=[sniff(data)]) as image:
        return _orientation(image)


def size(data: bytes) -> tuple[int, int]:
    """Width and height of a photo that `decode` accepts, upright, in pixels, told from the header."""
    with Image.open(io.BytesIO(data), formats=[sniff(data)]) as image:
        width, height = image.size
        return (height, width) if _orientation(image) >= 5 else (width, height)


def read(path: str | Path, limits: Limits = LIMITS) -> bytes:
    """Read a photo's file, unless it is larger than allowed.

    Raises:
        UnreadableFile: it is missing, not a plain file (a pipe would wait for ever), or may not be read.
        PayloadTooLarge: it has more bytes than the limit; none of them was read.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a plain file")
        _check_bytes(status.st_size, limits)
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        reason = getattr(error, "strerror", None) or error
        raise UnreadableFile(
            f"Expected a photo at {str(path)!r}, but it cannot be read ({reason}).", "Check the path and its rights."
        ) from error


def _check_bytes(count: int, limits: Limits) -> None:
    if count > limits.bytes:
        raise PayloadTooLarge(
            f"Expected at most {limits.bytes / 1e6:.0f} MB, but the file has {count / 1e6:.1f} MB.",
            "Make the photo smaller.",
        )


def _check_pieces(data: bytes, kind: str) -> None:
    if pieces(data, kind) > MOST:
        raise ImageTooComplex(
            f"Expected a {kind} of at most {MOST:,} parts, but this one has more.", "Save it again as an ordinary JPEG."
        )


def _check_scans(data: bytes, pixels: int, limits: Limits) -> None:
    """Each scan is a pass over all pixels: a larger picture may have fewer."""
    most = min(limits.scans, limits.scans * _SCANNED // max(pixels, 1))
    if data.count(b"\xff\xda") > most and (count := scans(data)) > most:
        raise ImageTooComplex(
            f"Expected a JPEG of at most {most} scans, but this one has {count}.", "Save it again as an ordinary JPEG."
        )


def _translate(error: Exception, kind: str, limits: Limits) -> ImageError:
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return _too_large(_NUMBER.search(str(error)), limits)
    if isinstance(error, MemoryError):
        return too_costly()
    reason = str(error).splitlines()[0] if str(error) else "its parts do not fit together"
    if isinstance(error, UnidentifiedImageError):  # its own words name an object in our memory
        reason = "its header does not read"
    return BrokenImage(
        f"Expected a whole {kind} file, but it is damaged or cut off ({reason}).",
        "Copy or export the photo again.",
    )


def _decode(data: bytes, kind: str, least: int | None, limits: Limits) -> Pixels:
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        _check_size(image.size, limits)
        if kind == "JPEG":
            _check_scans(data, image.width * image.height, limits)
        if least:
            image.draft("RGB", (2 * least, 2 * least))
        image.load()
        rgb = _flatten(_shrink(_unpack(image), least))
        turn = _UPRIGHT.get(_orientation(image))
    return np.asarray(rgb if turn is None else rgb.transpose(turn))


def _too_large(pixels: re.Match[str] | None, limits: Limits) -> ImageTooLarge:
    """Pillow refuses very large pictures while it opens them, and tells their size only in words."""
    came = f"{int(pixels[1]) / 1e6:,.0f}" if pixels else "many more"
    return ImageTooLarge(
        f"Expected at most {limits.pixels / 1e6:.0f} megapixels, but the picture has {came}.", "Make the photo smaller."
    )


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    if max(width, height) > _LONGEST:
        raise ImageTooLarge(
            f"Expected sides of at most {_LONGEST:,} pixels, but the picture has {width} x {height}.", "Cut it."
        )
    if width * height > limits.pixels:
        raise ImageTooLarge(
            f"Expected at most {limits.pixels / 1e6:.0f} megapixels, "
            f"but the picture has {width} x {height} ({width * height / 1e6:.0f} megapixels).",
            "Make the photo smaller.",
        )


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) to 8; 1 where the metadata is missing, malformed or far too large."""
    if any(len(image.info.get(name, b"")) > _MOST_EXIF for name in ("exif", "Raw profile type exif")):
        return 1
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # malformed metadata says nothing about the pixels
        return 1


def _unpack(image: Image.Image) -> Image.Image:
    """Bring modes whose pixels cannot be averaged (palettes, single bits, 16 bits, one see-through colour) to one of
    those that can."""
    if image.mode.startswith("I"):
        return _from_16_bit(image)
    if image.mode in {"LA", "RGBA", "CMYK"} or (image.mode in {"L", "RGB"} and "transparency" not in image.info):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _from_16_bit(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8 bits; `convert` would clip nearly all of it to white."""
    grey = np.asarray(image)
    scaled = (np.clip(grey, 0, 65535) // 257).astype(np.uint8)
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        scaled[grey == transparent] = 255
    return Image.fromarray(scaled)


def _shrink(image: Image.Image, least: int | None) -> Image.Image:
    """Average whole blocks of pixels before colours are converted: a huge picture then does not cost its size twice."""
    factor = min(image.size) // (2 * least) if least else 0
    return image.reduce(factor) if factor >= 2 else image


def _flatten(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
