"""A model and a split -> predictions, metrics, figures. What is measured is the graph that answers, from the files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from pawsight.card import Metric, ModelCard, read_card, seal
from pawsight.classifier import Classifier, Prediction
from pawsight.data import Dataset
from pawsight.displays import ConfusionDisplay, HistoryDisplay, RocDisplay, new_figure
from pawsight.errors import BadData
from pawsight.metrics import Measured, Metrics, measure
from pawsight.parallel import in_order
from pawsight.types import Floats

WORKERS = os.cpu_count() or 1
WINDOW = 8 * WORKERS
HISTORY = "history.csv"
HEADLINES = ("accuracy", "macro_f1", "roc_auc", "log_loss", "calibration_error", "wrong_verdicts", "false_accepts")


@dataclass(frozen=True)
class Evaluation:
    """What a model said of a split.

    Attributes:
        classes: C names, in the model's order.
        paths: N names of photos.
        targets: `(N, C)` float32.
        scores: `(N, C)` float32.
        verdicts: N verdicts.
        metrics: measured from these.
    """

    classes: list[str]
    paths: list[str]
    targets: Floats
    scores: Floats
    verdicts: list[str]
    metrics: Metrics


def evaluate(classifier: Classifier, data: Dataset, split: str = "test") -> Evaluation:
    """Answer for every photo of a split, from its original file, and measure.

    Raises:
        BadData: the data has other classes than the model, the split is empty, or files have changed.
    """
    classes = classifier.card.classes
    if sorted(classes) != sorted(data.classes):
        raise BadData(
            f"Expected data of the model's classes ({', '.join(classes)}), but it has {', '.join(data.classes)}."
        )
    indices = data.indices(split)
    if not len(indices):
        raise BadData(f"Expected photos in split {split}, but there are none.", "Prepare more photos.")
    answers = list(_answers(classifier, data.photos(indices)))
    order = [data.classes.index(name) for name in classes]
    targets = data.targets[indices][:, order]
    scores = np.array([[answer.scores[name] for name in classes] for answer in answers], dtype=np.float32)
    verdicts = [answer.verdict for answer in answers]
    return Evaluation(
        classes=classes,
        paths=[data.rows[place].path for place in indices],
        targets=targets,
        scores=scores,
        verdicts=verdicts,
        metrics=measure(targets, scores, verdicts, classes),
    )


def _answers(classifier: Classifier, photos: Iterable[bytes]) -> Iterator[Prediction]:
    return in_order(lambda photo: classifier.predict([photo])[0], photos, WORKERS, WINDOW)


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
    shown = result.targets.sum(axis=1) == 1
    figure, (axes,) = new_figure()
    ConfusionDisplay(result.metrics.confusion, result.classes).plot(axes)
    figure.savefig(figures / "confusion.svg")
    figure, (axes,) = new_figure()
    RocDisplay(result.targets[shown], result.scores[shown], result.classes).plot(axes)
    figure.savefig(figures / "roc.svg")


def _draw_history(history: Path, figures: Path) -> None:
    figure, (loss, accuracy) = new_figure(columns=2)
    HistoryDisplay.from_csv(history).plot(loss, accuracy)
    figure.savefig(figures / "history.svg")


def evaluate_into(folder: Path, data: Dataset) -> Metrics:
    """Evaluate a model folder on the test split, and put what came out into the folder and its card."""
    result = evaluate(Classifier.load(folder), data)
    write_evaluation(result, folder, folder / HISTORY)
    seal(with_headlines(read_card(folder), result.metrics), folder)
    return result.metrics


def with_headlines(card: ModelCard, metrics: Metrics) -> ModelCard:
    """A card that carries the most important numbers."""
    measured = {name: getattr(metrics, name) for name in HEADLINES}
    kept = {name: _metric(number) for name, number in measured.items() if number and number.value is not None}
    return msgspec.structs.replace(card, metrics=kept)


def _metric(number: Measured) -> Metric:
    return msgspec.convert(number, Metric, from_attributes=True)
