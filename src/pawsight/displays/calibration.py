"""Do scores mean what they say?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes

from pawsight.displays.figures import COLOURS
from pawsight.displays.rates import spans
from pawsight.metrics import calibration_bins
from pawsight.model.metrics import CalibrationBin
from pawsight.types import Floats


@dataclass
class CalibrationDisplay:
    """A reliability diagram: scores against the share of them that came true, over bins of about equally many.

    Attributes:
        bins: one a point, from low to high scores.
        points_: one a bin, with its 95 % interval; set by `plot`.
    """

    bins: Sequence[CalibrationBin]
    points_: Any = field(default=None, init=False)

    @classmethod
    def from_scores(cls, targets: Floats, scores: Floats, bins: int = 15) -> CalibrationDisplay:
        """Put scores into bins.

        Args:
            targets, scores: `(N, C)`; every score of every class counts as one statement.
        """
        return cls(calibration_bins(targets, scores, bins))

    def plot(self, axes: Axes) -> CalibrationDisplay:
        """Draw into `axes`, with the line on which calibrated scores lie."""
        axes.plot([0, 1], [0, 1], linestyle=":", color=COLOURS[4], label="calibrated")
        happened, whiskers = spans([one.happened for one in self.bins])
        self.points_ = axes.errorbar(
            [one.predicted for one in self.bins],
            happened,
            whiskers,
            fmt="o",
            color=COLOURS[0],
            label="bin, 95 % interval",
        )
        n = sum(one.happened.n for one in self.bins)
        axes.set(
            xlabel="score (mean of the bin)",
            ylabel="share that came true",
            title=f"Calibration, n = {n:,} scores",
        )
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.legend(loc="upper left")
        return self
