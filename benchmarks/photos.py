"""Photos that the benchmarks make: soft shapes and sensor noise, as busy as a photo."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image


def picture(width: int, height: int, seed: int = 0) -> Image.Image:
    """A picture like no other of another seed or size."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)).resize((width, height))
    noisy = np.asarray(coarse).astype(np.int16) + rng.normal(0, 4, (height, width, 1)).astype(np.int16)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file; options as Pillow's for that kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def small(seed: int = 0) -> bytes:
    """A JPEG of 500 x 375 and about 25 kB, like most in Microsoft's archive; another one for another seed."""
    return encode(picture(500, 375, seed), quality=36)


def large() -> bytes:
    """A JPEG of 12 megapixels and about 3.2 MB, as a phone makes it."""
    return encode(picture(4000, 3000), quality=92)


def unlike() -> Iterator[bytes]:
    """JPEGs as `small` makes them, without end and no two alike, for next to no work.

    A photo is encoded once; its two tables of steps (ITU-T T.81, B.2.4.1) end with the finest waves, whose steps nobody
    sees: they count.
    """
    photos = [small(seed) for seed in range(16)]
    ends = [photo.index(b"\xff\xdb") + 4 + 65 for photo in photos]  # behind the marker, its length, and 1 + 64 bytes
    for number in itertools.count():
        photo, end = photos[number % len(photos)], ends[number % len(photos)]
        digits = bytes(150 + (number // 50**place) % 50 for place in range(4))
        yield photo[: end - 4] + digits + photo[end:]
