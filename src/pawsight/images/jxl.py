"""JPEG XL from one's own disk, by imagecodecs (extra jxl); the size is read first, so that its limit holds."""

from __future__ import annotations

from typing import Any

from PIL import Image

from pawsight.errors import UnsupportedFormat
from pawsight.extras import install_hint
from pawsight.images.checks import check_size
from pawsight.types import Limits

_BARE = b"\xff\x0a"
# ISO/IEC 18181-1, SizeHeader: the bits of a side by a selector of two bits, and the ratios of width to height.
_SIDE_BITS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


def open_jxl(data: bytes, limits: Limits) -> Image.Image:
    """Decode a JPEG XL picture.

    Raises:
        UnsupportedFormat: the extra jxl is not installed.
        ImageTooLarge: it has more pixels than allowed.
        ValueError: it is damaged.
    """
    check_size(size(data), limits)
    pixels = _decoder().jpegxl_decode(data)
    while pixels.ndim > 3:  # an animation: its first frame
        pixels = pixels[0]
    if pixels.dtype.itemsize > 1 and pixels.ndim == 3:  # Pillow has no mode for several colors of 16 bits
        pixels = (
            (pixels // 257).astype("uint8") if pixels.dtype.kind == "u" else (pixels.clip(0, 1) * 255).astype("uint8")
        )
    image = Image.fromarray(pixels.squeeze())
    image.format = "JXL"
    return image


def size(data: bytes) -> tuple[int, int]:
    """Read width and height from the header.

    Raises:
        ValueError: there is no header.
    """
    stream = data if data.startswith(_BARE) else _codestream(data)
    if not stream.startswith(_BARE):
        raise ValueError("its header does not read")
    bits = _Bits(stream[2:32])
    small = bits.take(1)

    def side() -> int:
        return 8 * (bits.take(5) + 1) if small else bits.take(_SIDE_BITS[bits.take(2)]) + 1

    height, ratio = side(), bits.take(3)
    if not ratio:
        return side(), height
    across, down = _RATIOS[ratio - 1]
    return height * across // down, height


class _Bits:
    """Bits of bytes, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        return value


def _codestream(data: bytes) -> bytes:
    """Return the beginning of the picture in a container of boxes (ISO/IEC 18181-2)."""
    at = 0
    while at + 16 <= len(data):
        length, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if kind in (b"jxlc", b"jxlp"):
            start = at + head + (4 if kind == b"jxlp" else 0)
            return data[start : start + 64]
        if length < head:
            break
        at += length
    return b""


def _decoder() -> Any:
    try:
        import imagecodecs
    except ModuleNotFoundError as error:
        raise UnsupportedFormat("The file is a JPEG XL picture.", install_hint("jxl")) from error
    return imagecodecs
