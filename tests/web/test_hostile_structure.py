"""A third set of files made to do harm: parts that contradict each other, each made here, with the exact outcome.

What the usual decoders repair (a table or a checksum that is missing) is a photo here, too.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from typing import Any

import numpy as np
import pytest
from tests.web.test_hostile_made import (
    AVIF,
    BMP,
    BROKEN,
    FOREIGN,
    GIF,
    JPEG,
    LARGE,
    PNG,
    WEBP,
    Case,
    chunk,
    drawn,
    jpeg,
    patched,
    photo,
    png,
    segment,
)

SOF, SOS = JPEG.index(b"\xff\xc0"), JPEG.index(b"\xff\xda")
HUFFMAN = JPEG.index(b"\xff\xc4")


def box(kind: bytes, content: bytes, size: int | None = None) -> bytes:
    """A box of an ISO media file (ISO 14496-12)."""
    return struct.pack(">I", len(content) + 8 if size is None else size) + kind + content


def riff(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def with_zip_behind(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.sh", "rm -rf /")
    return data + buffer.getvalue()


def flipped(data: bytes, seed: int) -> bytes:
    """The same with a byte in twenty changed, behind the header."""
    chance = np.random.default_rng(seed)
    changed = np.frombuffer(data, np.uint8).copy()
    places = chance.integers(100, len(data), len(data) // 20)
    changed[places] = chance.integers(0, 256, len(places))
    return changed.tobytes()


TOO_LARGE_WEBP = webp_chunk(b"VP8 ", b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", 16_383, 16_383) + bytes(20))
NESTED = riff(webp_chunk(b"RIFF", WEBP[8:]))
SPATIAL = AVIF.index(b"ispe") + 8

STRUCTURES: dict[str, Case] = {
    "JPEG: scan before the frame": (lambda: JPEG[:SOF] + JPEG[SOS:-2] + JPEG[SOF:], 422, BROKEN),
    "JPEG: two frames, the second huge": (
        lambda: (
            JPEG[:SOS]
            + segment(0xC0, b"\x08" + struct.pack(">HH", 65_000, 65_000) + JPEG[SOF + 9 : SOF + 19])
            + JPEG[SOS:]
        ),
        422,
        LARGE,
    ),
    "JPEG: no tables": (lambda: JPEG[:HUFFMAN] + JPEG[SOS:], 201, ""),
    "JPEG: Huffman codes beyond 256": (lambda: jpeg(segment(0xC4, b"\0" + b"\xff" * 16 + bytes(4080))), 422, BROKEN),
    "JPEG: sampling of 15 by 15": (lambda: patched(JPEG, SOF + 11, b"\xff"), 422, BROKEN),
    "JPEG: sampling of nothing": (lambda: patched(JPEG, SOF + 11, b"\0"), 422, BROKEN),
    "JPEG: 255 components": (lambda: patched(JPEG, SOF + 9, b"\xff"), 422, BROKEN),
    "JPEG: restarts that never come": (lambda: jpeg(segment(0xDD, b"\0\1")), 201, ""),
    "JPEG: end right after the scan's header": (lambda: JPEG[: SOS + 14] + b"\xff\xd9", 201, ""),
    "JPEG: damaged everywhere": (lambda: flipped(JPEG, 1), 422, BROKEN),
    "JPEG: a ZIP behind it": (lambda: with_zip_behind(JPEG), 201, ""),
    "JPEG: a page in a comment": (lambda: jpeg(segment(0xFE, b"<script>alert(1)</script><?php exit ?>")), 201, ""),
    "JPEG: profile whose parts are numbered 0 of 0": (
        lambda: jpeg(segment(0xE2, b"ICC_PROFILE\0\0\0" + bytes(200))),
        201,
        "",
    ),
    "PNG: bits that its colours cannot have": (lambda: drawn(64, 48, 16, 3, bytes(130 * 48)), 422, BROKEN),
    "PNG: pixels before the header": (lambda: PNG[:8] + chunk(b"IDAT", zlib.compress(bytes(99))) + PNG[8:], 201, ""),
    "PNG: a second header": (lambda: png(chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))), 422, BROKEN),
    "PNG: transparency for colours that are missing": (lambda: png(chunk(b"tRNS", bytes(5000))), 201, ""),
    "PNG: sides beyond 31 bits": (lambda: drawn(2**32 - 1, 2**32 - 1, 8, 2, b""), 422, LARGE),
    "PNG: no side": (lambda: drawn(0, 48, 8, 2, b""), 422, BROKEN),
    "PNG: checksum of the pixels is wrong": (lambda: patched(PNG, len(PNG) - 16, b"\0\0\0\0"), 201, ""),
    "PNG: length with the highest bit": (lambda: patched(PNG, 33, b"\xff\xff\xff\xff"), 201, ""),
    "WebP: sides given, pixels missing": (lambda: riff(TOO_LARGE_WEBP), 422, LARGE),
    "WebP: a WebP inside": (lambda: NESTED, 422, BROKEN),
    "WebP: animation without a frame": (
        lambda: riff(webp_chunk(b"VP8X", b"\x02\0\0\0\x3f\0\0\x2f\0\0"), webp_chunk(b"ANIM", bytes(6))),
        422,
        BROKEN,
    ),
    "WebP: damaged everywhere": (lambda: flipped(WEBP, 2), 201, ""),
    "GIF: screen of 4 gigapixels": (lambda: patched(GIF, 6, b"\xff\xff\xff\xff"), 422, LARGE),
    "GIF: no palette": (lambda: patched(GIF, 10, b"\0")[:13] + GIF[781:], 201, ""),
    "GIF: block longer than the file": (lambda: GIF[:-200] + b"\xff", 422, BROKEN),
    "AVIF: sides of 4 gigapixels": (lambda: patched(AVIF, SPATIAL, b"\0\0\xff\xff\0\0\xff\xff"), 422, BROKEN),
    "AVIF: box of 64 bits": (lambda: AVIF[:32] + box(b"meta", b"\xff" * 8, 1) + AVIF[32:], 422, BROKEN),
    "AVIF: boxes in boxes": (lambda: AVIF[:32] + box(b"meta", box(b"meta", b"") * 100_000), 422, BROKEN),
    "HEIC: boxes of no size": (lambda: box(b"ftyp", b"heic\0\0\0\0heicmif1") + box(b"meta", bytes(4), 0), 422, BROKEN),
    "BMP: header of 4 GB": (lambda: patched(BMP, 14, b"\xff\xff\xff\xff"), 422, BROKEN),
    "BMP: 32 bits with masks of nothing": (
        lambda: patched(patched(BMP, 28, struct.pack("<H", 32)), 30, struct.pack("<I", 3)),
        422,
        BROKEN,
    ),
    "gzip around a JPEG": (lambda: gzip.compress(JPEG), 415, FOREIGN),
    "JPEG as text": (lambda: JPEG.hex().encode(), 415, FOREIGN),
    "an address of a picture": (lambda: b"https://169.254.169.254/latest/meta-data/", 415, FOREIGN),
    "a picture list for another program": (
        lambda: b"push graphic-context\nimage over 0,0 0,0 'msl:/etc/passwd'",
        415,
        FOREIGN,
    ),
    "two JPEGs, the first cut off": (lambda: photo("JPEG", quality=95)[:-900] + JPEG, 422, BROKEN),
}


@pytest.mark.parametrize("case", STRUCTURES)
def test_what_contradicts_itself(asker: Any, case: str) -> None:
    make, status, code = STRUCTURES[case]
    data = make()
    assert len(data) < 10_000_000
    assert asker.ask(data) == (status, code)


def test_photos_are_answered_afterwards(asker: Any) -> None:
    for data in (JPEG, PNG, GIF, WEBP, AVIF, BMP):
        assert asker.ask(data)[0] == 201
