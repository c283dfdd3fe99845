"""Words that several modules share: arrays, how a photo is fitted, what a file may cost, why it is bad, who watches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

FitMode = Literal["squash", "pad", "crop"]
Interpolation = Literal["bilinear", "bicubic"]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Bytes and pixels are known before decoding, scans by counting their markers.

    A progressive JPEG may repeat its scans; each costs a pass over the whole picture (libjpeg-turbo's report
    LJT-01-003), so that a small file can occupy a processor for minutes. Honest files have about ten.

    Attributes:
        bytes: of the file.
        pixels: of the picture.
        scans: of a JPEG.
        local: the file is on the user's own disk and is not an upload: TIFF, JPEG XL and camera RAW are
            opened, too, and large pictures are decoded one at a time.
    """

    bytes: int = 10_000_000
    pixels: int = 50_000_000
    scans: int = 100
    local: bool = False


LIMITS = Limits()
LOCAL_LIMITS = Limits(bytes=200_000_000, pixels=300_000_000, local=True)


@dataclass(frozen=True)
class RejectedFile:
    """A file that was not used: its path, the error's code, and the reason in words."""

    path: str
    code: str
    reason: str


class ProgressHook(Protocol):
    """Wraps things on their way through, for a progress bar; gets them, their number, and what is being done."""

    def __call__(self, items: Iterable[Item], total: int, label: str) -> Iterable[Item]: ...


def no_progress(items: Iterable[Item], total: int, label: str) -> Iterable[Item]:
    """Pass things on; for where nobody watches."""
    return items
