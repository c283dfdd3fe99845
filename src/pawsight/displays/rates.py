"""Rates side by side, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from pawsight.displays.figures import COLOURS
from pawsight.estimates import Estimate
from pawsight.types import Floats


@dataclass
class RateDisplay:
    """A row for each rate: a dot where it is, a line over its 95 % interval.

    Attributes:
        rates: what was measured, by the name of the row, from top to bottom; rows of nothing measured stay empty.
        name: of the rate.
        rows_: dots and lines; set by `plot`.
    """

    rates: Mapping[str, Estimate]
    name: str = "accuracy"
    rows_: Any = field(default=None, init=False)

    @classmethod
    def from_rates(cls, rates: Mapping[str, Estimate], name: str = "accuracy") -> RateDisplay:
        """Show these rates."""
        return cls(rates, name)

    def plot(self, axes: Axes) -> RateDisplay:
        """Draw into `axes`."""
        values, whiskers = spans(list(self.rates.values()))
        places = range(len(self.rates))
        self.rows_ = axes.errorbar(values, places, xerr=whiskers, fmt="o", color=COLOURS[0])
        axes.set(yticks=places, yticklabels=list(self.rates), xlabel=f"{self.name}, 95 % interval")
        axes.invert_yaxis()
        axes.grid(axis="x", alpha=0.25)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.4g}")
        return self


def spans(rates: Sequence[Estimate]) -> tuple[Floats, Floats]:
    """Values `(R,)` and how far their intervals reach below and above `(2, R)`; NaN where nothing was measured."""
    known = np.array([[one.value, one.low, one.high] for one in rates], dtype=np.float32).reshape(-1, 3)
    value, low, high = known.T
    return value, np.maximum(np.stack([value - low, high - value]), 0)
