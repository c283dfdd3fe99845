"""How a run goes besides its recipe: how long it may take, where its curves are written, in which numbers."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessGroup:
    """Processes that train one model together, usually one on each machine.

    Attributes:
        coordinator: `HOST:PORT` where process 0 listens for the others.
        processes: how many there are.
        process: which of them this is, from 0; process 0 prints, and writes the files.
    """

    coordinator: str
    processes: int
    process: int


@dataclass(frozen=True)
class RunOptions:
    """Choices of one run that are no part of the recipe.

    Attributes:
        tensorboard: folder that gets the curves for TensorBoard.
        deadline: time on the clock of `time.monotonic` at which training ends, whatever the recipe says.
        mixed_precision: whether the trunk computes in bfloat16 while it trains; None: where the hardware is faster.
        group: processes that train together, and which of them this is; None where one is enough.
    """

    tensorboard: Path | None = None
    deadline: float = math.inf
    mixed_precision: bool | None = None
    group: ProcessGroup | None = None

    def has_time(self, seconds: float) -> bool:
        """Return whether so many seconds are left."""
        return time.monotonic() + seconds <= self.deadline


PLAIN = RunOptions()  # no more than the recipe says, for as long as it takes
