"""A confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from pawsight.displays.figures import SHADES


@dataclass
class ConfusionDisplay:
    """A confusion matrix: rows are true classes, columns predicted ones.

    Attributes:
        counts: `(C, C)` photos.
        classes: C names.
        texts_: the numbers drawn, row by row; set by `plot`.
    """

    counts: Sequence[Sequence[int]]
    classes: Sequence[str]
    texts_: list[Any] = field(default_factory=list, init=False)

    def plot(self, axes: Axes) -> ConfusionDisplay:
        """Draw into `axes`."""
        counts = np.asarray(self.counts)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap=SHADES, vmin=0, vmax=1)
        places = range(len(self.classes))
        axes.set(xticks=places, xticklabels=self.classes, yticks=places, yticklabels=self.classes)
        axes.set(xlabel="predicted", ylabel="true", title=f"Confusion matrix, n = {counts.sum():,}")
        self.texts_ = [
            axes.text(
                column,
                row,
                f"{counts[row, column]:,}\n{shares[row, column]:.1%}",
                ha="center",
                va="center",
                color="white" if shares[row, column] > 0.5 else None,
            )
            for row in places
            for column in places
        ]
        return self
