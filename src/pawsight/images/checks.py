"""What a file may cost, checked before it is decoded: bytes, parts, scans, pixels."""

from __future__ import annotations

from pawsight.errors import ImageTooComplex, ImageTooLarge, PayloadTooLarge
from pawsight.images.complexity import MOST, count_parts, scans
from pawsight.types import Limits

_LONGEST = 65_535  # of a JPEG; longer sides of a pixel's width cost seconds, and nobody has photos like that
_SCANNED = 10_000_000  # pixels up to which an untrusted JPEG may have all the scans that the limits allow
_SAVE = "Save it again as an ordinary JPEG."


def check_bytes(count: int, limits: Limits) -> None:
    """Refuse a file by its size.

    Raises:
        PayloadTooLarge: it has more bytes than allowed.
    """
    if count > limits.bytes:
        raise PayloadTooLarge(
            f"The file has {count / 1e6:,.1f} MB; at most {limits.bytes / 1e6:,.0f} MB are allowed.",
            _hint(limits, "bytes"),
        )


def check_parts(data: bytes, kind: str) -> None:
    """Refuse a file of countless parts.

    Raises:
        ImageTooComplex: reading them would take seconds.
    """
    if count_parts(data, kind) > MOST:
        raise ImageTooComplex(f"The {kind} has more than {MOST:,} parts.", _SAVE)


def check_scans(data: bytes, pixels: int, limits: Limits) -> None:
    """Refuse a JPEG of many scans: each is a pass over all pixels, so an untrusted large picture may have fewer.

    Args:
        data: the content of the file.
        pixels: of the picture; 0 where that is not known yet.
        limits: what the file may cost.

    Raises:
        ImageTooComplex: it has more scans than allowed.
    """
    most = limits.scans if limits.local else min(limits.scans, limits.scans * _SCANNED // max(pixels, 1))
    if data.count(b"\xff\xda") > most and (count := scans(data)) > most:
        raise ImageTooComplex(f"The JPEG has {count} scans; at most {most} are allowed for its size.", _SAVE)


def check_size(size: tuple[int, int], limits: Limits) -> None:
    """Refuse a picture by its pixels.

    Raises:
        ImageTooLarge: it has more than allowed, or a side that is too long.
    """
    width, height = size
    if max(width, height) > _LONGEST:
        raise ImageTooLarge(
            f"The picture has {width:,} x {height:,} pixels; sides of at most {_LONGEST:,} are allowed.",
            "Crop or shrink it.",
        )
    if width * height > limits.pixels:
        raise too_many_pixels(f"{width:,} x {height:,} pixels ({width * height / 1e6:,.0f} megapixels)", limits)


def too_many_pixels(size: str, limits: Limits) -> ImageTooLarge:
    """Return the refusal of a picture whose size is known in words."""
    return ImageTooLarge(
        f"The picture has {size}; at most {limits.pixels / 1e6:,.0f} megapixels are allowed.", _hint(limits, "pixels")
    )


def _hint(limits: Limits, what: str) -> str:
    """Say what to do: a visitor sends a smaller photo, the owner of the disk may raise the setting."""
    if not limits.local:
        return "Make the photo smaller."
    return (
        f"Raise the setting max_local_{what} (variable PAWSIGHT_MAX_LOCAL_{what.upper()}), or make the photo smaller."
    )
