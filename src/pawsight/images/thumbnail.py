"""A small copy of a photo, made from its pixels: whatever else the file carried stays behind."""

from __future__ import annotations

import io

from PIL import Image

from pawsight.images import resize
from pawsight.types import Pixels

LONGEST = 512


def thumbnail(pixels: Pixels, longest: int = LONGEST) -> bytes:
    """Shrink a photo and encode it as JPEG, without any metadata.

    JPEG and not the pixels: two hundred of them then take about 10 MB of memory instead of 100.

    Args:
        pixels: `(H, W, 3)` uint8.
        longest: no side of the result has more pixels; smaller photos stay as they are.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, longest / max(height, width))
    if scale < 1:
        pixels = resize(pixels, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation="bilinear")
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
