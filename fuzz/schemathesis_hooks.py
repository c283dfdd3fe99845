"""Tell Schemathesis what a photo is: JSON Schema can say "bytes", but not "bytes that are a photo".

`tools/fuzz_api.py` starts a server and asks it; `make fuzz-api` installs what it needs.
"""

from __future__ import annotations

import io

import numpy as np
import schemathesis
from hypothesis import strategies as st
from PIL import Image


def photo(seed: int, kind: str) -> bytes:
    """Return a small photo of noise."""
    pixels = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


PHOTOS = st.builds(photo, st.integers(0, 1000), st.sampled_from(["JPEG", "PNG", "WEBP"]))
for media_type in ("image/jpeg", "image/png", "image/webp", "image/gif", "image/*", "application/octet-stream"):
    schemathesis.openapi.media_type(media_type, PHOTOS)
