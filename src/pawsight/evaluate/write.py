"""An evaluation -> files: numbers, single predictions and figures, in a model folder or in a folder of their own."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.displays import ConfusionDisplay, HistoryDisplay, RocDisplay, new_figure
from pawsight.evaluate.run import Evaluation, evaluate
from pawsight.model.card import ModelCard, read_card
from pawsight.model.metrics import Metrics
from pawsight.model.seal import seal

HISTORY = "history.csv"
HEADLINES = ("accuracy", "macro_f1", "roc_auc", "log_loss", "calibration_error", "wrong_verdicts", "false_accepts")


def write_evaluation(result: Evaluation, out: Path, history: Path | None = None) -> None:
    """Write `metrics.json`, `predictions.npz` and `figures/*.svg`.

    Args:
        result: what to write.
        out: a folder; made where it is missing.
        history: a training's `history.csv`, to draw as well.
    """
    figures = out / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    (out / "metrics.json").write_bytes(msgspec.json.format(msgspec.json.encode(result.metrics), indent=2) + b"\n")
    np.savez_compressed(
        out / "predictions.npz",
        paths=np.array(result.paths),
        classes=np.array(result.classes),
        targets=result.targets,
        scores=result.scores,
        verdicts=np.array(result.verdicts),
    )
    _draw(result, figures)
    if history and history.exists():
        _draw_history(history, figures)


def _draw(result: Evaluation, figures: Path) -> None:
    figure, (axes,) = new_figure()
    ConfusionDisplay(result.metrics.confusion, result.classes).plot(axes)
    figure.savefig(figures / "confusion.svg")
    figure, (axes,) = new_figure()
    RocDisplay(result.targets[result.single], result.scores[result.single], result.classes).plot(axes)
    figure.savefig(figures / "roc.svg")


def _draw_history(history: Path, figures: Path) -> None:
    figure, (loss, accuracy) = new_figure(columns=2)
    HistoryDisplay.from_csv(history).plot(loss, accuracy)
    figure.savefig(figures / "history.svg")


def evaluate_into(folder: Path, data: Dataset, split: str = "test") -> Metrics:
    """Evaluate a model folder on a split, and put what came out into the folder and its card."""
    result = evaluate(Classifier.load(folder), data, split)
    write_evaluation(result, folder, folder / HISTORY)
    seal(with_headlines(read_card(folder), result.metrics), folder)
    return result.metrics


def with_headlines(card: ModelCard, metrics: Metrics) -> ModelCard:
    """Return a card with the most important numbers, next to those that training measured for photos of neither."""
    measured = {name: getattr(metrics, name) for name in HEADLINES}
    kept = {name: number for name, number in measured.items() if number and number.value is not None}
    others = {name: number for name, number in card.metrics.items() if name not in HEADLINES}
    return msgspec.structs.replace(card, metrics=kept | others)
