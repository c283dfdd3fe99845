"""HEIC and HEIF, by pi-heif, which decodes only; loaded when the first such photo comes."""

from __future__ import annotations

import threading

from PIL import Image

_LOCK = threading.Lock()


def register() -> None:
    """Make Pillow open HEIF files; does nothing the second time."""
    with _LOCK:
        if "HEIF" in Image.OPEN:
            return
        import pi_heif

        # One thread: photos are decoded next to each other, and threads of its own would only cost memory.
        pi_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
