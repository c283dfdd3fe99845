"""One file that is a whole model: a graph with its card inside, put there as each format allows.

The graph's own bytes come first and unchanged, so that their hash can be checked, and other programs read the file as
before: ONNX gets one more metadata property (fields of a protobuf message may follow one another in any number), LiteRT
a ZIP at the end (as its own metadata has associated files).
"""

from __future__ import annotations

import io
import zipfile

PROPERTY = b"pawsight.card"
MEMBER = "card.json"

# Protobuf (field number << 3 | 2): `ModelProto.metadata_props`, and `key` and `value` of its entries.
_PROPERTIES, _KEY, _VALUE = b"\x72", b"\x0a", b"\x12"
# All that Python says of a damaged ZIP: not of its format, too short, locked, of a later version.
_NO_CARD = (zipfile.BadZipFile, KeyError, EOFError, RuntimeError, ValueError, OSError)
_MARK = _KEY + bytes([len(PROPERTY)]) + PROPERTY + _VALUE


def is_litert(data: bytes) -> bool:
    """Return whether a file is LiteRT's (FlatBuffers write the identifier behind the first offset)."""
    return data[4:8] == b"TFL3"


def pack(graph: bytes, card: bytes) -> bytes:
    """Put a card into a graph.

    Args:
        graph: the content of a `.onnx` or `.tflite` file.
        card: JSON.
    """
    if is_litert(graph):
        buffer = io.BytesIO(graph)
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr(zipfile.ZipInfo(MEMBER), card)
        return buffer.getvalue()
    entry = _MARK + _varint(len(card)) + card
    return graph + _PROPERTIES + _varint(len(entry)) + entry


def unpack(data: bytes) -> bytes | None:
    """The card in a file that `pack` made; None where there is none."""
    if is_litert(data):
        return _member(data)
    start = data.rfind(_MARK)
    if start < 0:
        return None
    length, begin = _read_varint(data, start + len(_MARK))
    return data[begin : begin + length]


def _member(data: bytes) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            card = archive.getinfo(MEMBER)
            return archive.read(card) if card.compress_type == zipfile.ZIP_STORED else None  # as `pack` writes it
    except _NO_CARD:
        return None


def _varint(number: int) -> bytes:
    """A number as protobuf writes it: seven bits a byte, the low ones first."""
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _read_varint(data: bytes, place: int) -> tuple[int, int]:
    """A number, and the place behind it."""
    number = shift = 0
    while place < len(data) and data[place] & 0x80:
        number |= (data[place] & 0x7F) << shift
        place, shift = place + 1, shift + 7
    return (number | data[place] << shift, place + 1) if place < len(data) else (0, place)
