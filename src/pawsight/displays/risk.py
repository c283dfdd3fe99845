"""Risk and coverage: how many photos to answer, and how many of these answers are wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes

from pawsight.displays.figures import COLOURS
from pawsight.metrics import answered_wrong, risk_coverage
from pawsight.model.card import Thresholds
from pawsight.types import Floats


@dataclass
class RiskCoverageDisplay:
    """Risk over coverage (El-Yaniv and Wiener, JMLR 2010): the surest photos are answered first.

    Attributes:
        coverage: `(N,)` share of photos that are answered.
        risk: `(N,)` share of wrong answers among them.
        chosen: coverage and risk at a model's thresholds; None where they are not shown.
        line_, point_: what was drawn; set by `plot`.
    """

    coverage: Floats
    risk: Floats
    chosen: tuple[float, float] | None = None
    line_: Any = field(default=None, init=False)
    point_: Any = field(default=None, init=False)

    @classmethod
    def from_scores(cls, targets: Floats, scores: Floats, thresholds: Thresholds | None = None) -> RiskCoverageDisplay:
        """Order photos by how sure the model is.

        Args:
            targets, scores: `(N, C)`.
            thresholds: of the model, to mark where it stands.
        """
        chosen = answered_wrong(targets, scores, thresholds) if thresholds else None
        exclusive = thresholds is not None and thresholds.exclusive
        return cls(*risk_coverage(targets, scores, exclusive=exclusive), chosen)

    def plot(self, axes: Axes) -> RiskCoverageDisplay:
        """Draw into `axes`."""
        (self.line_,) = axes.step(self.coverage, self.risk, where="post", color=COLOURS[0], label="surest first")
        if self.chosen:
            (self.point_,) = axes.plot(*self.chosen, "o", color=COLOURS[1], label="at this model's thresholds")
        axes.set(xlabel="share of photos answered", ylabel="share of these answers wrong")
        axes.set(xlim=(0, 1.02), ylim=(0, None), title=f"Risk and coverage, n = {len(self.coverage):,}")
        axes.legend()
        return self
