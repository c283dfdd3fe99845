"""Receiver operating characteristic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from sklearn.metrics import roc_auc_score, roc_curve

from pawsight.displays.figures import COLOURS
from pawsight.types import Floats


@dataclass
class RocDisplay:
    """Receiver operating characteristic, one curve a class: how many are found against how many are mistaken for it.

    Attributes:
        targets: `(N, C)`, 0 or 1.
        scores: `(N, C)`, 0..1.
        classes: C names.
        lines_: class -> its curve; set by `plot`.
    """

    targets: Floats
    scores: Floats
    classes: Sequence[str]
    lines_: dict[str, Any] = field(default_factory=dict, init=False)

    def plot(self, axes: Axes) -> RocDisplay:
        """Draw into `axes`; classes that all photos or none show have no curve."""
        for number, name in enumerate(self.classes):
            truth, score = self.targets[:, number], self.scores[:, number]
            if 0 < truth.sum() < len(truth):
                wrong, found, _ = roc_curve(truth, score)
                label = f"{name} (AUC {roc_auc_score(truth, score):.4f})"
                (self.lines_[name],) = axes.plot(wrong, found, label=label, color=COLOURS[number % len(COLOURS)])
        axes.set(xlabel="false positive rate", ylabel="recall", title=f"ROC, n = {len(self.targets):,}")
        axes.set(xlim=(-0.01, 1), ylim=(0, 1.01))
        if self.lines_:
            axes.legend(loc="lower right")
        return self
