"""libtiff, Pillow's decoder of most TIFFs, which would print what is wrong with a file to standard error itself."""

from __future__ import annotations

import contextlib
import ctypes
from functools import cache

from PIL import Image


@cache
def print_nothing() -> None:
    """Have libtiff keep its lines to itself, by its own `TIFFSetErrorHandler`; Pillow raises an error anyway.

    Pillow has no function for that. The handler is one for the process, also for a program's other TIFFs. Where libtiff
    is linked into Pillow without its names, as on Windows, the lines are printed.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        pillow = Image.core.__file__  # type: ignore[attr-defined]  # Pillow's compiled part
        libraries = ctypes.CDLL(pillow)  # finds names in the libraries that this one is linked to, too
        libraries.TIFFSetErrorHandler.restype = ctypes.c_void_p
        libraries.TIFFSetErrorHandler(None)
