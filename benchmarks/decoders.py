"""What it costs to open a photo in a process of its own, over opening it here.

python benchmarks/decoders.py           a photo made here
python benchmarks/decoders.py PHOTO     your own
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from statistics import median

from photos import small

from pawsight import images
from pawsight.decoding import DecoderPool
from pawsight.errors import UnsupportedFormat
from pawsight.images.strip_metadata import strip_metadata
from pawsight.model.card import Input

HOW, RUNS = Input(size=224, fit="squash"), 200


def here(data: bytes) -> None:
    """What a decoder does."""
    pixels = images.decode(data, least=HOW.size)
    images.size(data)
    images.fit(pixels, HOW.size, HOW.fit, HOW.interpolation)
    strip_metadata(data)


def milliseconds(work: Callable[[], object]) -> float:
    """Time of one call."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _refused(decoders: DecoderPool) -> None:
    with suppress(UnsupportedFormat):
        decoders.open(b"hello" * 5000, HOW)


if __name__ == "__main__":
    data = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else small()
    with closing(DecoderPool()) as decoders:
        print(f"{len(data):,} bytes; start of a decoder {milliseconds(lambda: decoders.open(data, HOW)):.0f} ms")
        times = [
            (milliseconds(lambda: here(data)), milliseconds(lambda: decoders.open(data, HOW))) for _ in range(RUNS)
        ]
        ways = [milliseconds(lambda: _refused(decoders)) for _ in range(RUNS)]
    print(f"there and back, with 25 kB that are no photo: median {median(ways):.2f} ms, least {min(ways):.2f} ms")
    inside, outside = ([pair[place] for pair in times] for place in (0, 1))
    print(f"here: median {median(inside):.2f} ms, least {min(inside):.2f} ms")
    print(f"in a decoder: median {median(outside):.2f} ms, least {min(outside):.2f} ms")
