"""A fuzzing target that looks for new paths through the decoders (atheris, libFuzzer), for as long as it may.

    pip install --group fuzz
    mkdir fuzz/corpus; python tools/fuzz.py --only 1 > fuzz/corpus/1     any photos will do as a start; more are better
    python fuzz/decode.py fuzz/corpus -max_total_time=3600 -max_len=20000 -rss_limit_mb=2000

It stops at the first exception that is not an `ImageError`, and saves the file that raised it. It instruments Python's
part of Pillow, and its C libraries only where they were built for it: crashes there are found by chance only.
"""

from __future__ import annotations

import sys
import warnings

import atheris

with atheris.instrument_imports():
    from PIL import Image

    from pawsight import images
    from pawsight.errors import ImageError
    from pawsight.images.strip_metadata import strip_metadata
    from pawsight.types import Limits

LIMITS = Limits(bytes=100_000, pixels=1_000_000)


def open_it(data: bytes) -> None:
    """Open, fit and store one file as an upload is."""
    try:
        pixels = images.decode(data, least=8, limits=LIMITS)
        images.fit(pixels, 8, "pad")
        strip_metadata(data, limits=LIMITS)
    except ImageError:
        pass


if __name__ == "__main__":
    Image.init()
    warnings.simplefilter("ignore")
    atheris.Setup(sys.argv, open_it)
    atheris.Fuzz()
