"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF87a": "GIF", b"GIF89a": "GIF", b"BM": "BMP"}
_FOREIGN = {
    b"%PDF": "a PDF document",
    b"%!PS": "a PostScript file",
    b"II*\0": "a TIFF image",
    b"MM\0*": "a TIFF image",
    b"II+\0": "a TIFF image",
    b"MM\0+": "a TIFF image",
    b"8BPS": "a Photoshop file",
    b"\0\0\1\0": "a Windows icon",
    b"PK\3\4": "a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an Office document or Windows thumbnail file",
    b"\xff\x4f\xff\x51": "a JPEG 2000 image",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 image",
    b"\xff\x0a": "a JPEG XL image",
    b"\0\0\0\x0cJXL ": "a JPEG XL image",
    b"<svg": "an SVG drawing",
    b"<?xml": "an XML file",
    b"<html": "a web page",
    b"<!doctype": "a web page",
}


def kind(data: bytes) -> str | None:
    """Name an allowed format as Pillow calls it: `JPEG`, `PNG`, `WEBP`, `GIF`, `AVIF` or `BMP`; None for all others."""
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return "AVIF" if _brands(data) & {b"avif", b"avis"} else None


def describe(data: bytes) -> str:
    """Say in words what a file of no allowed format looks like: `a PDF document`, `text`, `of an unknown kind`."""
    for magic, name in _FOREIGN.items():
        if data[:16].lstrip().lower().startswith(magic.lower()):
            return name
    if _brands(data) & {b"heic", b"heix", b"hevc", b"mif1"}:
        return "a HEIC image"
    return "text" if _is_text(data[:512]) else "of an unknown kind"


def _brands(data: bytes) -> set[bytes]:
    """Major and compatible brands of an ISO base media file (ISO 14496-12: the `ftyp` box)."""
    if data[4:8] != b"ftyp":
        return set()
    box = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    return {box[:4]} | {box[i : i + 4] for i in range(8, len(box), 4)}


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", "replace").rstrip("\ufffd")  # the cut may fall inside a character
    return text != "" and all(char != "\ufffd" and (char.isprintable() or char.isspace()) for char in text)
