"""A second set of files made to do harm, each made here: the exact refusal, or an answer whose pages can be seen."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

Case = tuple[Callable[[], bytes], int, str]  # the file, made when it is asked for; status; code
COMPLEX, LARGE, BROKEN, FOREIGN = "image_too_complex", "image_too_large", "broken_image", "unsupported_format"
HEAD = 33  # bytes of a PNG before its first chunk of pixels


def photo(format: str, mode: str = "RGB", **options: Any) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, format, **options)
    return buffer.getvalue()


def moving(format: str, frames: int) -> bytes:
    images = [Image.new("RGB", (64, 48), (number % 256, 80, 30)) for number in range(frames)]
    buffer = io.BytesIO()
    images[0].save(buffer, format, save_all=True, append_images=images[1:], duration=10)
    return buffer.getvalue()


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*segments: bytes) -> bytes:
    return JPEG[:2] + b"".join(segments) + JPEG[2:]


def frame(kind: int, bits: int = 8, height: int = 48, width: int = 64) -> bytes:
    """The JPEG with another header of its frame."""
    return JPEG.replace(b"\xff\xc0\0\x11\x08\0\x30\0\x40", struct.pack(">BBHBHH", 0xFF, kind, 17, bits, height, width))


def oriented(kind: int, count: int, value: bytes) -> bytes:
    """The JPEG with an EXIF orientation of any kind."""
    entry = struct.pack("<HHHI", 1, 0x112, kind, count) + value + bytes(20)
    return jpeg(segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + entry))


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*chunks: bytes) -> bytes:
    return PNG[:HEAD] + b"".join(chunks) + PNG[HEAD:]


def drawn(width: int, height: int, bits: int, colour: int, pixels: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return PNG[:8] + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND")


def patched(data: bytes, place: int, value: bytes) -> bytes:
    return data[:place] + value + data[place + len(value) :]


def gif(place: int, value: bytes) -> bytes:
    """The GIF with other bytes so far behind the mark of its picture."""
    return patched(GIF, GIF.index(b"\x2c", 781) + place, value)


def runs(data: bytes, side: int = 64, bits: int = 8) -> bytes:
    """A BMP packed in runs."""
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, bits, 1 if bits == 8 else 2, len(data), 0, 0, 1 << bits, 0)
    palette = bytes(4 << bits)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 54 + len(palette)) + head + palette + data


def entry(tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack("<HHII", tag, kind, count, value)


JPEG, PNG, GIF, WEBP, AVIF, BMP = (photo(format) for format in ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP"))
ZEROS = zlib.compress(bytes(1_000_000))
LOOP = b"II*\0\x08\0\0\0\1\0" + entry(0x8769, 4, 1, 8) + struct.pack("<I", 8)
MANY_TAGS = b"II*\0\x08\0\0\0" + struct.pack("<H", 50_000) + entry(0x9286, 7, 500_000, 8) * 50_000
AS_TEXT = MANY_TAGS[:450_000].hex().encode()
LETTERS = b"\x21\xfe" + b"\1c" * 4_000_000 + b"\0"

JPEGS: dict[str, Case] = {
    "135,000 quantisation tables": (lambda: jpeg(segment(0xDB, bytes(range(65)) * 900) * 150), 422, COMPLEX),
    "200,000 Huffman tables": (lambda: jpeg(segment(0xC4, bytes(17)) * 200_000), 422, COMPLEX),
    "megabytes between segments": (lambda: jpeg(b"\xff\0" * 4_000_000), 422, COMPLEX),
    "megabytes of fill bytes": (lambda: jpeg(b"\xff" * 8_000_000), 422, COMPLEX),
    "two million comments": (lambda: jpeg(b"\xff\xfe\0\2" * 2_000_000), 422, COMPLEX),
    "a hundred EXIF blocks": (lambda: jpeg(segment(0xE1, b"Exif\0\0" + bytes(60_000)) * 100), 422, COMPLEX),
    "megabytes of a profile that is none": (
        lambda: jpeg(segment(0xE2, b"ICC_PROFILE\0\1\2\xff\xda" * 3000) * 100),
        201,
        "",
    ),
    "12 bits": (lambda: frame(0xC0, bits=12), 422, BROKEN),
    "lossless": (lambda: frame(0xC3), 422, BROKEN),
    "hierarchical": (lambda: frame(0xC5), 422, BROKEN),
    "arithmetic coding": (lambda: frame(0xC9), 201, ""),
    "height given later": (lambda: frame(0xC0, height=0), 422, BROKEN),
    "largest sides": (lambda: frame(0xC0, height=65_535, width=65_535), 422, LARGE),
    "CMYK of an odd kind": (
        lambda: photo("JPEG", "CMYK").replace(b"Adobe\0\x64\0\0\0\0\2", b"Adobe\0\x64\0\0\0\0\0"),
        201,
        "",
    ),
    "Adobe's mark with an unknown transform": (lambda: jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\x09")), 201, ""),
    "orientation 9": (lambda: oriented(3, 1, b"\x09\0\0\0"), 201, ""),
    "orientation 65535": (lambda: oriented(3, 1, b"\xff\xff\0\0"), 201, ""),
    "orientation in letters": (lambda: oriented(2, 4, b"six\0"), 201, ""),
    "several orientations": (lambda: oriented(3, 2, b"\6\0\x08\0"), 201, ""),
    "orientation divided by zero": (lambda: oriented(5, 1, struct.pack("<I", 26)), 201, ""),
    "EXIF in a circle": (lambda: jpeg(segment(0xE1, b"Exif\0\0" + LOOP)), 201, ""),
    "EXIF that points anywhere": (lambda: jpeg(segment(0xE1, b"Exif\0\0" + MANY_TAGS[:60_000])), 201, ""),
    "several pictures, one nowhere": (
        lambda: jpeg(segment(0xE2, b"MPF\0II*\0\x08\0\0\0\1\0" + entry(0xB001, 4, 1, 2**31) + bytes(4))) + JPEG,
        201,
        "",
    ),
    "a film behind the end": (lambda: JPEG + b"\xff\xda\0\2" * 1000, 201, ""),
    "nothing but a start": (lambda: b"\xff\xd8\xff", 422, BROKEN),
}
PNGS: dict[str, Case] = {
    "800,000 chunks": (lambda: png(chunk(b"abCd") * 800_000), 422, COMPLEX),
    "one pixel wide and 49 million high": (lambda: drawn(1, 49_000_000, 8, 0, b""), 422, LARGE),
    "one pixel high and 40 million wide": (lambda: drawn(40_000_000, 1, 8, 0, b""), 422, LARGE),
    "profile of 200 MB": (lambda: png(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(200_000_000)))), 422, BROKEN),
    "text of 200 MB": (lambda: png(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000)))), 422, BROKEN),
    "300 texts of a megabyte": (lambda: png(chunk(b"iTXt", b"a\0\1\0\0\0" + ZEROS) * 300), 422, BROKEN),
    "EXIF whose tags all have half a megabyte": (lambda: png(chunk(b"eXIf", MANY_TAGS)), 201, ""),
    "the same as text": (
        lambda: png(
            chunk(
                b"zTXt",
                b"Raw profile type exif\0\0"
                + zlib.compress(b"\nexif\n  450000\n" + MANY_TAGS[:450_000].hex().encode()),
            )
        ),
        201,
        "",
    ),
    "300 MB of pixels where 9 kB belong": (lambda: drawn(64, 48, 8, 2, bytes(300_000_000)), 201, ""),
    "palette that is missing": (lambda: drawn(64, 48, 8, 3, bytes(65 * 48)), 422, BROKEN),
    "1,000 frames": (lambda: moving("PNG", 1000), 201, ""),
    "two billion frames promised": (lambda: png(chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))), 201, ""),
    "a frame outside": (
        lambda: png(
            chunk(b"acTL", b"\0\0\0\2\0\0\0\0"), chunk(b"fcTL", struct.pack(">5I6B", 0, 100, 100, 5, 5, *bytes(6)))
        ),
        422,
        BROKEN,
    ),
}
OTHERS: dict[str, Case] = {
    "GIF: megabytes of one-letter comments": (
        lambda: GIF[:781] + b"\x21\xfe" + b"\1c" * 4_000_000 + b"\0" + GIF[781:],
        422,
        COMPLEX,
    ),
    "GIF: megabytes of nothing": (lambda: GIF[:781] + bytes(9_000_000) + GIF[781:], 422, COMPLEX),
    "GIF: frame of no size": (lambda: gif(5, bytes(4)), 422, BROKEN),
    "GIF: frame far outside": (lambda: gif(1, b"\xff" * 8), 422, LARGE),
    "GIF: frame of 49 megapixels": (lambda: gif(5, struct.pack("<HH", 7000, 7000)), 422, BROKEN),
    "GIF: codes of 13 bits": (lambda: gif(10, b"\x0d"), 422, BROKEN),
    "WebP: 400 frames": (lambda: moving("WEBP", 400), 201, ""),
    "WebP: sides of 24 bits": (
        lambda: b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff" * 6,
        422,
        LARGE,
    ),
    "WebP: longer than it is": (lambda: patched(WEBP, 4, b"\xff" * 4), 422, BROKEN),
    "AVIF: 100 frames": (lambda: moving("AVIF", 100), 201, ""),
    "AVIF: cut off": (lambda: AVIF[: len(AVIF) // 2], 422, BROKEN),
    "AVIF: brand alone": (lambda: b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", 422, BROKEN),
    "BMP: from top to bottom": (lambda: patched(BMP, 22, struct.pack("<i", -48)), 201, ""),
    "BMP: height below all": (lambda: patched(BMP, 22, struct.pack("<i", -(2**31))), 422, LARGE),
    "BMP: width below zero": (lambda: patched(BMP, 18, struct.pack("<i", -64)), 422, LARGE),
    "BMP: runs over the edge": (lambda: runs(b"\xff\1" * 10_000), 422, BROKEN),
    "BMP: jumps over the edge": (lambda: runs(b"\0\2\xff\xff" * 10_000, bits=4), 201, ""),
    "BMP: five million runs": (lambda: runs(b"\1\1" * 4_900_000, 7000), 422, COMPLEX),
    "BMP: pixels far behind the end": (lambda: patched(BMP, 10, b"\xff\xff\xff\x7f"), 422, BROKEN),
    "BMP: a JPEG inside": (lambda: patched(BMP, 30, b"\4"), 422, BROKEN),
    "TIFF in a circle": (lambda: b"II*\0\x08\0\0\0\0\0\x08\0\0\0", 415, FOREIGN),
    "TIFF of 64 bits": (lambda: b"II+\0\x08\0\0\0" + bytes(100), 415, FOREIGN),
    "icon with a huge PNG": (lambda: b"\0\0\1\0\1\0" + bytes(16) + drawn(60_000, 60_000, 8, 0, b""), 415, FOREIGN),
    "JPEG 2000": (lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100), 415, FOREIGN),
    "JPEG XL": (lambda: b"\xff\x0a" + bytes(100), 415, FOREIGN),
    "Photoshop": (lambda: b"8BPS\0\1" + bytes(100), 415, FOREIGN),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd)(r) file", 415, FOREIGN),
    "SVG with a script": (lambda: b'<svg onload="alert(1)"><script>alert(1)</script></svg>', 415, FOREIGN),
    "XML with entities": (lambda: b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "&a;">]><svg>&a;</svg>', 415, FOREIGN),
    "PDF": (lambda: b"%PDF-1.7\n", 415, FOREIGN),
    "HEIC without a picture": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(100), 422, "broken_image"),
    "PNM of 2.5 gigapixels": (lambda: b"P6 50000 50000 255\n", 415, FOREIGN),
    "GIF behind a byte order mark": (lambda: b"\xef\xbb\xbf" + GIF, 415, FOREIGN),
}
CASES = {**JPEGS, **{f"PNG: {name}": case for name, case in PNGS.items()}, **OTHERS}


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_what_is_made_here(asker: Any, case: str) -> None:
    make, status, code = CASES[case]
    data = make()
    assert len(data) < 10_000_000
    assert asker.ask(data) == (status, code)
    if status != 201:
        return
    entry = asker.said["predictions"][0]
    pages = (f"/api/v1/predictions/{entry['id']}", f"/predictions/{entry['id']}", entry["photo"], entry["heatmap"])
    for address in pages:
        seen, content = asker.see(address)
        assert seen == 200
        assert data not in content
