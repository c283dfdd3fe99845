"""What a large photo costs before the model sees it: decoding at reduced scale, turning upright, fitting.

    python benchmarks/decode.py

Goal: under 60 ms for a 12-megapixel phone photo. The picture is made here (smooth shapes and sensor noise); its size
in bytes, which decides the time, is printed beside the time.
"""

from __future__ import annotations

import time
from statistics import median

from photos import encode, picture

from pawsight.images import decode, fit

WIDTH, HEIGHT, SIZE, RUNS = 4000, 3000, 224, 11
KINDS = (("quality 75", 75, False), ("quality 92", 92, False), ("quality 95", 95, False), ("progressive 85", 85, True))


def milliseconds(data: bytes) -> float:
    """Median time from bytes to the model's square."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        fit(decode(data, least=SIZE), SIZE, "squash")
        times.append(time.perf_counter() - start)
    return median(times) * 1000


if __name__ == "__main__":
    image = picture(WIDTH, HEIGHT)
    print(f"{WIDTH} x {HEIGHT} JPEG        MB      ms")
    for name, quality, progressive in KINDS:
        data = encode(image, quality=quality, progressive=progressive)
        print(f"{name:<18}{len(data) / 1e6:>6.1f}{milliseconds(data):>8.1f}")
