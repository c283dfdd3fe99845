"""Learning curves."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from pawsight.displays.figures import COLOURS

_FEW = 25  # epochs, each with a mark of its own


@dataclass
class HistoryDisplay:
    """Loss and accuracy over the epochs of a training.

    Attributes:
        rows: one an epoch, as `history.csv` holds them; what is empty is not drawn.
        lines_: column -> its line; set by `plot`.
    """

    rows: Sequence[dict[str, str]]
    lines_: dict[str, Any] = field(default_factory=dict, init=False)

    @classmethod
    def from_csv(cls, path: Path) -> HistoryDisplay:
        """Read the history that a training wrote."""
        with path.open(newline="") as file:
            return cls(list(csv.DictReader(file)))

    def plot(self, loss: Axes, accuracy: Axes) -> HistoryDisplay:
        """Draw losses into one pair of axes and accuracies into the other."""
        epochs = range(1, len(self.rows) + 1)
        marker = "o" if len(epochs) <= _FEW else ""
        for axes, name in ((loss, "loss"), (accuracy, "accuracy")):
            for column, colour, label in ((name, COLOURS[0], "training"), (f"val_{name}", COLOURS[1], "validation")):
                values = [float(row[column] or "nan") for row in self.rows]
                if not all(map(math.isnan, values)):
                    (self.lines_[column],) = axes.plot(epochs, values, marker=marker, color=colour, label=label)
            axes.set(xlabel="epoch", ylabel=name)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.legend()
        return self
