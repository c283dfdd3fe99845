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
    """What one file may cost. Bytes and pixels are told before decoding, scans by counting their markers.

    A progressive JPEG may repeat its scans; each costs a pass over the whole picture (libjpeg-turbo's report
    LJT-01-003), so that a small file can hold a CPU for minutes. Honest files have about ten.
    """

    bytes: int = 10_000_000
    pixels: int = 50_000_000
    scans: int = 100


LIMITS = Limits()


@dataclass(frozen=True)
class Bad:
    """A file that did not: its path, the error's code, and the reason in words."""

    path: str
    code: str
    reason: str


class Watch(Protocol):
    """Wraps things on their way through, for a progress bar; gets them, their number, and what is being done."""

    def __call__(self, items: Iterable[Item], total: int, label: str) -> Iterable[Item]: ...


def unwatched(items: Iterable[Item], total: int, label: str) -> Iterable[Item]:
    """Pass things on; for where nobody watches."""
    return items
