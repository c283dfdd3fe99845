"""Words that several modules share: arrays, how a photo is fitted, and what one file may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

FitMode = Literal["squash", "pad", "crop"]
Interpolation = Literal["bilinear", "bicubic"]


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Bytes and pixels are told before decoding, scans by counting their markers.

    A progressive JPEG may repeat its scans; each costs a pass over the whole picture (libjpeg-turbo's report
    LJT-01-003), so that a small file can hold a CPU for minutes. Honest files have about ten.
    """

    bytes: int = 10_000_000
    pixels: int = 50_000_000
    scans: int = 100


LIMITS = Limits()
