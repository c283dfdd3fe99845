"""The figures of a report, as SVG by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pawsight.displays import (
    CalibrationDisplay,
    ConfusionDisplay,
    HistoryDisplay,
    RateDisplay,
    RiskCoverageDisplay,
    RocDisplay,
    to_svg,
)
from pawsight.evaluate.robustness import Outcome
from pawsight.evaluate.run import Evaluation
from pawsight.evaluate.slices import Slice
from pawsight.model.card import ModelCard

ROW = 0.32  # inches


def draw(result: Evaluation, card: ModelCard, history: Path) -> dict[str, str]:
    """Confusion matrix, ROC, calibration, risk and coverage; and learning curves where there is a history."""
    targets, scores = result.targets[result.single], result.scores[result.single]
    confusion = ConfusionDisplay(result.metrics.confusion, result.classes)
    risk = RiskCoverageDisplay.from_scores(result.targets, result.scores, card.thresholds)
    figures = {
        "confusion": to_svg("confusion", "Confusion matrix", confusion.plot),
        "roc": to_svg("roc", "ROC", RocDisplay(targets, scores, result.classes).plot),
        "calibration": to_svg("calibration", "Calibration", CalibrationDisplay.from_scores(targets, scores).plot),
        "risk": to_svg("risk", "Risk and coverage", risk.plot),
    }
    if history.exists():
        figures["history"] = to_svg("history", "Learning curves", HistoryDisplay.from_csv(history).plot, 2, 2.6)
    return figures


def draw_slices(slices: Sequence[Slice]) -> str:
    """Accuracy on each slice."""
    rates = {one.name: one.accuracy for one in slices}
    return to_svg("slices", "Accuracy on each slice", RateDisplay.from_rates(rates).plot, height=1 + ROW * len(rates))


def draw_robustness(outcomes: Sequence[Outcome]) -> str:
    """Accuracy after each disturbance."""
    rates = {one.name: one.accuracy for one in outcomes}
    plot = RateDisplay.from_rates(rates).plot
    return to_svg("robustness", "Accuracy on disturbed photos", plot, height=1 + ROW * len(rates))
