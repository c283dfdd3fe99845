"""Arrays -> figures: objects that hold their numbers, draw when asked, and keep what they drew.

The only module that imports matplotlib; figures are made without pyplot, so that no window system and no global state
is touched.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import roc_auc_score, roc_curve

from pawsight.types import Floats

COLOURS = ("#0b7a75", "#d1495b", "#edae49", "#30638e", "#6d597a")


def new_figure(columns: int = 1) -> tuple[Figure, list[Axes]]:
    """An empty figure with so many drawings side by side."""
    figure = Figure(figsize=(5 * columns, 4), layout="constrained")
    return figure, list(figure.subplots(1, columns, squeeze=False)[0])


@dataclass
class ConfusionDisplay:
    """A confusion matrix: rows are true classes, columns told ones.

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
        axes.imshow(shares, cmap="Greens", vmin=0, vmax=1)
        places = range(len(self.classes))
        axes.set(xticks=places, xticklabels=self.classes, yticks=places, yticklabels=self.classes)
        axes.set(xlabel="told", ylabel="true", title=f"Confusion matrix, n = {counts.sum():,}")
        self.texts_ = [
            axes.text(
                column,
                row,
                f"{counts[row, column]:,}\n{shares[row, column]:.1%}",
                ha="center",
                va="center",
                color="white" if shares[row, column] > 0.5 else "black",
            )
            for row in places
            for column in places
        ]
        return self


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


@dataclass
class HistoryDisplay:
    """Loss and accuracy over the epochs of a training.

    Attributes:
        rows: one a epoch, as `history.csv` holds them.
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
        for axes, name in ((loss, "loss"), (accuracy, "accuracy")):
            for column, colour, label in ((name, COLOURS[0], "training"), (f"val_{name}", COLOURS[1], "validation")):
                values = [float(row[column]) for row in self.rows]
                (self.lines_[column],) = axes.plot(epochs, values, marker="o", color=colour, label=label)
            axes.set(xlabel="epoch", ylabel=name, xticks=epochs)
            axes.legend()
        return self
