"""Bytes -> upright RGB -> `(H, W, 3)` uint8 -> a model's square: the only decoder and the only resizer.

Training, evaluation, command line and web all come through here, so that a photo means the same pixels everywhere.
"""

from pawsight.images.decoding import ALLOWED, decode, orientation, read, size, sniff
from pawsight.images.fitting import FIT_MODES, PAD_COLOUR, fit, fitted_box, resize

__all__ = [
    "ALLOWED",
    "FIT_MODES",
    "PAD_COLOUR",
    "decode",
    "fit",
    "fitted_box",
    "orientation",
    "read",
    "resize",
    "size",
    "sniff",
]
