"""Messages to and from a decoder: a length and MessagePack, never pickle.

A decoder that a photo has taken over can then send wrong values, but nothing that runs here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import IO

import numpy as np
from msgspec import Struct, msgpack

from pawsight.images.strip_metadata import StrippedPhoto
from pawsight.model.card import Input
from pawsight.types import Limits, Pixels

READY = b"ready"
_LENGTH = 8
_CHUNK = 65_536
_SAMPLE = 64  # bytes by which the end of a file is found in another one


class DecodeTask(Struct, frozen=True):
    """One photo to decode.

    Attributes:
        data: the content of the file.
        how: what the model wants.
        limits: what the file may cost.
        seconds: of processor time that this may take.
        keep_metadata: store the file as it came.
        thumbnail: whether a small copy is wanted, too.
    """

    data: bytes
    how: Input
    limits: Limits
    seconds: int
    keep_metadata: bool
    thumbnail: bool


class Decoded(Struct, frozen=True, tag=True):
    """What a decoder made of a photo.

    Attributes:
        fitted: `(size, size, 3)` uint8, row by row, as `images.fit` makes it.
        width: upright, in pixels.
        height: upright, in pixels.
        thumbnail: a small upright JPEG made from the pixels; empty where none was asked for.
        stored: the file without its metadata, but without its last `shared` bytes.
        shared: how many bytes at the end of `stored` are also in the task; they are not sent back.
        shared_from: where in the task's data they begin.
    """

    fitted: bytes
    width: int
    height: int
    thumbnail: bytes
    stored: StrippedPhoto
    shared: int
    shared_from: int


@dataclass(frozen=True)
class DecodedPhoto:
    """A photo that a decoder opened.

    Attributes:
        fitted, width, height, thumbnail: as in `Decoded`.
        stored: the file without its metadata.
    """

    fitted: bytes
    width: int
    height: int
    thumbnail: bytes
    stored: StrippedPhoto

    @property
    def square(self) -> Pixels:
        """`fitted` as an array."""
        side = math.isqrt(len(self.fitted) // 3)
        return np.frombuffer(self.fitted, np.uint8).reshape(side, side, 3)


def without_shared_end(stored: StrippedPhoto, data: bytes) -> tuple[StrippedPhoto, int, int]:
    """Split off what need not be sent back: compressed pixels come back as they were sent.

    Args:
        stored: the file without its metadata.
        data: the file as it came.

    Returns:
        `stored` without its last bytes, how many those are, and where in `data` they begin.
    """
    content = stored.data
    found = data.rfind(content[-_SAMPLE:])
    if found < 0:
        return stored, 0, 0
    end = found + min(_SAMPLE, len(content))
    known = _common_end(content, data[:end] if end < len(data) else data)
    return replace(stored, data=content[: len(content) - known]), known, end - known


def _common_end(one: bytes, other: bytes) -> int:
    """Count the bytes at their ends that are the same: chunk by chunk, then by halves, since slices are copies."""
    known, most = 0, min(len(one), len(other))
    step = _CHUNK
    while step and known < most:
        step = min(step, most - known)
        here, there = len(one) - known, len(other) - known
        if one[here - step : here] == other[there - step : there]:
            known += step
        else:
            step //= 2
    return known


def with_shared_end(decoded: Decoded, data: bytes) -> DecodedPhoto:
    """Undo `without_shared_end`.

    Args:
        decoded: what a decoder sent.
        data: what it was sent.
    """
    end = data[decoded.shared_from : decoded.shared_from + decoded.shared] if decoded.shared else b""
    stored = replace(decoded.stored, data=decoded.stored.data + end)
    return DecodedPhoto(decoded.fitted, decoded.width, decoded.height, decoded.thumbnail, stored)


class DecodeError(Struct, frozen=True, tag=True):
    """An `ImageError`, taken apart."""

    code: str
    message: str
    hint: str


encode = msgpack.Encoder().encode
read_task = msgpack.Decoder(DecodeTask).decode
read_reply = msgpack.Decoder(Decoded | DecodeError).decode


def send(stream: IO[bytes], message: bytes) -> None:
    """Write one message, whole."""
    stream.write(len(message).to_bytes(_LENGTH, "big"))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes], most: int) -> bytes:
    """Read one message.

    Raises:
        EOFError: the other side is gone, or sends more than `most` bytes.
    """
    head = stream.read(_LENGTH)
    length = int.from_bytes(head, "big")
    if len(head) < _LENGTH or length > most:
        raise EOFError
    message = stream.read(length)
    if len(message) < length:
        raise EOFError
    return message
