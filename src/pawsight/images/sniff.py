"""Recognize a file by its first bytes, never by its name; say what to do about one that cannot be opened."""

from __future__ import annotations

UPLOADS = "JPEG, PNG, WebP, GIF, AVIF, BMP and HEIC"
LOCAL = f"{UPLOADS}, on your own disk also TIFF, JPEG XL (extra jxl) and camera RAW"

_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF87a": "GIF", b"GIF89a": "GIF", b"BM": "BMP"}
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_RAW = {
    b"IIRO": "an Olympus RAW file",
    b"IIRS": "an Olympus RAW file",
    b"MMOR": "an Olympus RAW file",
    b"IIU\0": "a Panasonic RAW file",
    b"FUJIFILMCCD-RAW": "a Fujifilm RAW file",
}
_JXL = (b"\xff\x0a", b"\0\0\0\x0cJXL ")
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_VIDEO_BRANDS = {
    b"qt  ",
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"dash",
    b"M4V ",
    b"3gp4",
}
_VIDEO = {
    b"\x1aE\xdf\xa3": "a video (Matroska or WebM)",
    b"0&\xb2u\x8ef\xcf\x11": "a video (Windows Media)",
    b"FLV\1": "a video (Flash)",
    b"\0\0\1\xba": "a video (MPEG)",
    b"\0\0\1\xb3": "a video (MPEG)",
    b"G@": "a video (MPEG transport stream)",
}
_PICTURES = {
    b"8BPS": "a Photoshop picture",
    b"\0\0\1\0": "a Windows icon",
    b"\xff\x4f\xff\x51": "a JPEG 2000 picture",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 picture",
    b"<svg": "an SVG drawing",
    b"gimp xcf": "a GIMP picture",
    b"%!PS": "a PostScript file",
    b"FOVb": "a Sigma RAW file",
}
_OTHERS = {
    b"%PDF": "a PDF document",
    b"PK\3\4": "a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an Office document or Windows thumbnail file",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"bplist": "an Apple property list",
    b"SQLite format 3": "a database",
    b"ID3": "an audio file",
    b"\0\5\x16\7": "what macOS keeps about a file, not the file itself",
    b"<?xml": "an XML file",
    b"<html": "a web page",
    b"<!doctype": "a web page",
}
_SAVE = "Save it as JPEG or PNG and try again; renaming a file does not change its format."


def kind(data: bytes, local: bool = False) -> str | None:
    """Name a format that can be opened, as Pillow calls it; `RAW` for a camera's raw file; None for all others.

    Args:
        data: the content of a file, or its beginning.
        local: also formats that are opened from one's own disk only: `TIFF`, `JXL`, `RAW`.
    """
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    brands = _brands(data)
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    if brands & _HEIF:
        return "HEIF"
    return _local_kind(data, brands) if local else None


def _local_kind(data: bytes, brands: set[bytes]) -> str | None:
    if b"crx " in brands or data.startswith(tuple(_RAW)) or data[8:10] == b"CR":
        return "RAW"
    if data.startswith(_TIFF):
        return "TIFF"
    return "JXL" if data.startswith(_JXL) else None


def is_video(data: bytes) -> bool:
    """Return whether a file's beginning is that of a video."""
    return bool(_video(data)) and not kind(data, local=True)


def describe(data: bytes) -> str:
    """Say in words what a file is that cannot be opened: `a PDF document`, `text`, `a file of an unknown kind`."""
    head = data[:16].lstrip().lower()
    for magic, name in (_PICTURES | _OTHERS).items():
        if data.startswith(magic) or head.startswith(magic.lower()):
            return name
    return _photo(data) or _video(data) or ("text" if _is_text(data[:512]) else "a file of an unknown kind")


def remedy(data: bytes, local: bool = False) -> str:
    """Say what to do about a file that cannot be opened."""
    if _local_kind(data, _brands(data)) and not local:
        return "Save it as JPEG and send that; on your own disk, the command line opens it."
    if _video(data):
        return "Install the extra video for videos on your own disk." if local else "Send a single picture of it."
    if data.startswith(tuple(_PICTURES)) or _is_svg(data):
        return _SAVE
    return f"Photos are {LOCAL if local else UPLOADS}."


def _is_svg(data: bytes) -> bool:
    """Return whether the beginning holds an SVG drawing, maybe behind an XML declaration."""
    return b"<svg" in data[:1024].lower()


def _photo(data: bytes) -> str:
    """Name photos that are opened from one's own disk only."""
    found = _local_kind(data, _brands(data))
    for magic, name in _RAW.items():
        if data.startswith(magic):
            return name
    return {"RAW": "a Canon RAW file", "TIFF": "a TIFF picture or camera RAW", "JXL": "a JPEG XL picture"}.get(
        found or "", ""
    )


def _video(data: bytes) -> str:
    brands = _brands(data)
    if brands & _VIDEO_BRANDS and not brands & _HEIF:
        return "a video (QuickTime)" if b"qt  " in brands else "a video (MP4)"
    if data[4:8] in (b"moov", b"mdat", b"wide") or (data[:4] == b"RIFF" and data[8:12] == b"AVI "):
        return "a video (AVI)" if data[:4] == b"RIFF" else "a video (QuickTime)"
    return next((name for magic, name in _VIDEO.items() if data.startswith(magic)), "")


def _brands(data: bytes) -> set[bytes]:
    """Return major and compatible brands of an ISO base media file (ISO 14496-12: the `ftyp` box)."""
    if data[4:8] != b"ftyp":
        return set()
    box = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    return {box[:4]} | {box[i : i + 4] for i in range(8, len(box), 4)}


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", "replace").rstrip("\ufffd")  # the cut may fall inside a character
    return text != "" and all(char != "\ufffd" and (char.isprintable() or char.isspace()) for char in text)
