"""What a large photo costs before the model sees it: decoding at reduced scale, turning upright, fitting.

    python benchmarks/decode.py
    python benchmarks/decode.py IMG_0001.HEIC ...

Goal: under 60 ms for a 12-megapixel phone photo as JPEG, 40 HEIC photos a second on one core. Without files the picture
is made here (smooth shapes and sensor noise); its size in bytes, which decides the time, is printed next to the time.
With files, the time of the decoder alone (libheif with libde265, or what Pillow has) stands next to ours,
measured in turns: nothing that calls this decoder can be faster.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from statistics import median

from photos import encode, picture
from PIL import Image

from pawsight.images import decode, fit, heif

WIDTH, HEIGHT, SIZE, RUNS = 4000, 3000, 224, 11
KINDS = (("quality 75", 75, False), ("quality 92", 92, False), ("quality 95", 95, False), ("progressive 85", 85, True))


def milliseconds(*works: Callable[[], object]) -> list[float]:
    """Median time of each work, done in turns."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(RUNS):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [median(taken) * 1000 for taken in times]


def square(data: bytes) -> object:
    """From bytes to the model's square."""
    return fit(decode(data, least=SIZE), SIZE, "squash")


def alone(data: bytes) -> object:
    """What the decoder makes of the bytes, whole."""
    with Image.open(BytesIO(data)) as photo:
        return photo.load()


def made() -> None:
    image = picture(WIDTH, HEIGHT)
    print(f"{WIDTH} x {HEIGHT} JPEG        MB      ms")
    for name, quality, progressive in KINDS:
        data = encode(image, quality=quality, progressive=progressive)
        (ours,) = milliseconds(lambda data=data: square(data))
        print(f"{name:<18}{len(data) / 1e6:>6.1f}{ours:>8.1f}")


def given(paths: list[Path]) -> None:
    heif.register()
    print(f"{'file':<24}    MB  decoder   ours  ratio")
    for path in paths:
        data = path.read_bytes()
        decoder, ours = milliseconds(lambda data=data: alone(data), lambda data=data: square(data))
        print(f"{path.name:<24}{len(data) / 1e6:>6.1f}{decoder:>9.1f}{ours:>7.1f}{ours / decoder:>7.2f}")


if __name__ == "__main__":
    given([Path(name) for name in sys.argv[1:]]) if sys.argv[1:] else made()
