"""What goes to a decoder and comes back: length and MessagePack, never pickle.

A decoder that a photo has taken over can then send wrong values, but nothing that runs here.
"""

from __future__ import annotations

import math
from typing import IO

import numpy as np
from msgspec import Struct, msgpack

from pawsight.archive.photo import Photo
from pawsight.card import Input
from pawsight.types import Limits, Pixels

READY = b"ready"
_LENGTH = 8


class Task(Struct, frozen=True):
    """One photo to open.

    Attributes:
        data: the content of the file.
        how: what the model wants.
        limits: what the file may cost.
        seconds: of processor time that this may take.
        keep_metadata: store the file as it came.
    """

    data: bytes
    how: Input
    limits: Limits
    seconds: int
    keep_metadata: bool


class Fitted(Struct, frozen=True, tag=True):
    """What a model looks at: the first thing that comes back.

    Attributes:
        fitted: `(size, size, 3)` uint8, row by row, as `images.fit` makes it.
    """

    fitted: bytes


class Rest(Struct, frozen=True, tag=True):
    """What the archive needs: the second.

    Attributes:
        width: upright, in pixels.
        height: upright, in pixels.
        thumbnail: a small upright JPEG made from the pixels.
        stored: the file without its metadata.
    """

    width: int
    height: int
    thumbnail: bytes
    stored: Photo


class Opened(Rest, frozen=True):
    """One photo: both together."""

    fitted: bytes

    @property
    def square(self) -> Pixels:
        """`fitted` as an array."""
        return square(self.fitted)


def square(fitted: bytes) -> Pixels:
    """What is in `Fitted`, as an array."""
    side = math.isqrt(len(fitted) // 3)
    return np.frombuffer(fitted, np.uint8).reshape(side, side, 3)


class Refused(Struct, frozen=True, tag=True):
    """An `ImageError`, taken apart."""

    code: str
    message: str
    hint: str


encode = msgpack.Encoder().encode
read_task = msgpack.Decoder(Task).decode
read_reply = msgpack.Decoder(Fitted | Rest | Refused).decode


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
