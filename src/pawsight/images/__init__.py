"""Bytes to upright RGB, `(H, W, 3)` uint8, and from there to the square that a model takes.

Here: the only decoder and the only resizer, used by training, evaluation, command line and web, so that a photo has the
same pixels everywhere; formats, limits, metadata, thumbnails. Not here: processes that may crash (`decoding`).
"""

from pawsight.images.decoding import (
    ALLOWED,
    decode,
    decode_image,
    from_pil,
    has_wide_gamut,
    orientation,
    size,
    sniff,
    stored_size,
)
from pawsight.images.files import download, one_large_file, read
from pawsight.images.fitting import FIT_MODES, PAD_COLOUR, fit, fit_image, fitted_box, resize

__all__ = [
    "ALLOWED",
    "FIT_MODES",
    "PAD_COLOUR",
    "decode",
    "decode_image",
    "download",
    "fit",
    "fit_image",
    "fitted_box",
    "from_pil",
    "has_wide_gamut",
    "one_large_file",
    "orientation",
    "read",
    "resize",
    "size",
    "sniff",
    "stored_size",
]
