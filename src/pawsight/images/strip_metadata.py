"""What is stored of an upload: the same pixels, without the metadata.

A photo says where and with what it was taken, and may carry other files behind its end. JPEG, PNG and still WebP lose
every part that `images.decode` does not need, byte by byte, so that their pixels stay exactly as they were; the other
formats are stored as PNG of the decoded pixels. Of the metadata stay an orientation, and a color profile that the
decoder converts by.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from pawsight import images
from pawsight.images import jpeg
from pawsight.types import LIMITS, Limits

_LARGE = 60_000_000  # bytes of pixels: 20 megapixels
_IDLE = {*range(0xE0, 0xF0), 0xFE, 0xDC}  # of applications, comments, a number of lines, which decoders pass over

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_PNG_TURNS = {b"eXIf", b"tEXt", b"zTXt", b"iTXt"}  # where an orientation may stand

_WEBP_KEPT = {b"VP8X", b"ALPH", b"VP8 ", b"VP8L"}
_WEBP_PROFILE, _WEBP_ALPHA, _WEBP_EXIF = 0x20, 0x10, 0x08


@dataclass(frozen=True)
class StrippedPhoto:
    """One photo as it is stored.

    Attributes:
        data: the file's content.
        format: of `data`, as `images.sniff` names it.
        sha256: of `data`, in hex.
        uploaded: SHA-256 of what came, in hex, to know the same file again.
    """

    data: bytes
    format: str
    sha256: str
    uploaded: str


class _Odd(Exception):
    """A file that decoders take, but that is not built as its format wants."""


def strip_metadata(data: bytes, *, keep_metadata: bool = False, limits: Limits = LIMITS) -> StrippedPhoto:
    """Make of an upload what is stored.

    Args:
        data: a photo that `images.decode` accepts.
        keep_metadata: store it as it came.
        limits: what decoding may cost, where the photo has to be encoded again.

    Returns:
        a photo that decodes to the very same pixels.

    Raises:
        ImageError: it is no photo.
    """
    stored = data if keep_metadata else _stripped(data, limits)
    sha256 = hashlib.sha256(stored).hexdigest()
    uploaded = sha256 if stored == data else hashlib.sha256(data).hexdigest()
    return StrippedPhoto(stored, images.sniff(stored), sha256, uploaded)


def _stripped(data: bytes, limits: Limits) -> bytes:
    strip = {"JPEG": _strip_jpeg, "PNG": _strip_png, "WEBP": _strip_webp}.get(images.sniff(data))
    try:
        if strip:
            return strip(data)
    except (_Odd, IndexError):
        pass
    return _as_png(data, limits)


def _as_png(data: bytes, limits: Limits) -> bytes:
    buffer = io.BytesIO()
    pixels = images.decode(data, limits=limits)
    level = 3 if pixels.size < _LARGE else 1  # half the time for the same pixels, in a little more space
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=level)
    return buffer.getvalue()


def _turn(data: bytes) -> bytes:
    """A TIFF block that holds the photo's orientation and nothing else; empty where it stands upright."""
    turn = images.orientation(data)
    if turn not in range(2, 9):
        return b""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([turn]) + b"\0\0\0\0\0\0"


def _profile_counts(data: bytes, present: bool) -> bool:
    """Return whether a color profile has to stay, because the decoder converts the pixels by it."""
    return present and images.has_wide_gamut(data)


def _strip_jpeg(data: bytes) -> bytes:
    parts = list(_jpeg_parts(data))
    profile = _profile_counts(data, any(_is_profile(*part) for part in parts))
    kept = [part for marker, segment in parts if (part := _jpeg_kept(marker, segment, profile))]
    turn = _turn(data) if any(marker == jpeg.APP1 for marker, _ in parts) else b""
    exif = b"\xff\xe1" + (len(turn) + 8).to_bytes(2, "big") + b"Exif\0\0" + turn if turn else b""
    return b"\xff\xd8" + exif + b"".join(kept)


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, bytes) of each segment up to the end of the first picture; compressed data belongs to its scan."""
    scan: jpeg.Segment | None = None
    for segment in jpeg.segments(data):
        if scan:
            yield scan.marker, data[scan.start : segment.start]
            scan = None
        elif data[segment.gap : segment.start].strip(b"\xff"):  # fill bytes may be there, nothing else
            raise _Odd
        if segment.end > len(data):
            raise _Odd
        if segment.marker == jpeg.SCAN:
            scan = segment
        else:
            yield segment.marker, data[segment.start : segment.end]
        if segment.marker == jpeg.END:
            return
    raise _Odd


def _is_profile(marker: int, segment: bytes) -> bool:
    return marker == jpeg.APP2 and segment[4:16] == b"ICC_PROFILE\0"


def _jpeg_kept(marker: int, segment: bytes, profile: bool) -> bytes:
    """Return the part of a segment that decoding needs: three application segments say how colors are stored."""
    if marker == jpeg.APP0 and segment[4:9] == b"JFIF\0" and len(segment) >= 18:
        return b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0"  # without its small preview picture
    if marker == jpeg.APP14 and segment[4:9] == b"Adobe" and len(segment) >= 16:
        return b"\xff\xee\0\x0e" + segment[4:16]
    if profile and _is_profile(marker, segment):
        return segment
    return b"" if marker in _IDLE else segment


def _strip_png(data: bytes) -> bytes:
    chunks = list(_png_chunks(data))
    turn = _turn(data) if any(kind in _PNG_TURNS for kind, _ in chunks) else b""
    profile = _profile_counts(data, any(kind == b"iCCP" for kind, _ in chunks))
    kept = [chunk for kind, chunk in chunks if kind in _PNG_KEPT or (profile and kind == b"iCCP")]
    if turn:
        kept.insert(1, _png_chunk(b"eXIf", turn))
    return _PNG_HEAD + b"".join(kept)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, kind = len(_PNG_HEAD), b""
    while kind != b"IEND":
        kind = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if len(kind) < 4 or end > len(data):
            raise _Odd
        yield kind, data[at:end]
        at = end


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + check


def _strip_webp(data: bytes) -> bytes:
    chunks = list(_webp_chunks(data))
    if any(kind == b"ANMF" for kind, _ in chunks):
        raise _Odd  # an animation: its first frame is what was answered for
    turn = _turn(data) if any(kind in {b"EXIF", b"XMP "} for kind, _ in chunks) else b""
    profile = _profile_counts(data, any(kind == b"ICCP" for kind, _ in chunks))
    flags = (_WEBP_EXIF if turn else 0) | (_WEBP_PROFILE if profile else 0)
    wanted = _WEBP_KEPT | ({b"ICCP"} if profile else set())
    kept = [_webp_chunk(kind, _webp_content(kind, content, flags)) for kind, content in chunks if kind in wanted]
    if turn:
        kept.append(_webp_chunk(b"EXIF", turn))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, whole = 12, 8 + int.from_bytes(data[4:8], "little")
    while at < min(whole, len(data)):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > len(data):
            raise _Odd
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _webp_content(kind: bytes, content: bytes, flags: int) -> bytes:
    """The extended header says which chunks follow; now there are fewer."""
    return bytes([content[0] & _WEBP_ALPHA | flags]) + content[1:] if kind == b"VP8X" else content


def _webp_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
