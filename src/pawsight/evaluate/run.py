"""Models and a split -> what each said of every photo, and how good that was."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from pawsight.classifier import Classifier, Prediction
from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.metrics import Metrics, measure
from pawsight.parallel import in_order
from pawsight.types import Floats, Watch, unwatched

WORKERS = os.cpu_count() or 1
WINDOW = 8 * WORKERS

Said = tuple[list[float], str]  # scores in the order of the card's classes, and the verdict


@dataclass(frozen=True)
class Evaluation:
    """What a model said of a split.

    Attributes:
        model: name and version.
        split: `train`, `validation` or `test`.
        classes: C names, in the model's order.
        paths: N names of photos.
        targets: `(N, C)` float32.
        scores: `(N, C)` float32.
        verdicts: N verdicts.
        metrics: measured from these.
    """

    model: str
    split: str
    classes: list[str]
    paths: list[str]
    targets: Floats
    scores: Floats
    verdicts: list[str]
    metrics: Metrics

    @property
    def single(self) -> npt.NDArray[np.bool_]:
        """`(N,)` bool, which photos show exactly one class; accuracy is measured on these."""
        return np.asarray(self.targets.sum(axis=1) == 1)

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """`(N,)` bool, where the highest score is that of the one class shown."""
        return np.asarray(self.single & (self.targets.argmax(axis=1) == self.scores.argmax(axis=1)))


def evaluate(classifier: Classifier, data: Dataset, split: str = "test", watch: Watch = unwatched) -> Evaluation:
    """Answer for every photo of a split, from its original file, and measure.

    Args:
        watch: wraps the photos on their way, for a progress bar.

    Raises:
        BadData: the data has other classes than the model, the split has no photo of one class, or files have changed.
    """
    return evaluate_all([classifier], data, split, watch)[0]


def evaluate_all(
    classifiers: Sequence[Classifier], data: Dataset, split: str = "test", watch: Watch = unwatched
) -> list[Evaluation]:
    """Let several models answer for the same photos; models with one kind of input share the decoding.

    Raises:
        BadData: as `evaluate` does.
    """
    for classifier in classifiers:
        _check_classes(classifier.card.classes, data)
    indices = data.indices(split)
    if not (data.targets[indices].sum(axis=1) == 1).any():
        raise BadData(f"Expected photos of {' or '.join(data.classes)} in split {split}, but there are none.")
    photos = watch(data.photos(indices), len(indices), "Answering")
    answers = list(_answers(classifiers, photos))
    return [
        _measured(classifier, data, split, said)
        for classifier, said in zip(classifiers, zip(*answers, strict=True), strict=True)
    ]


def _check_classes(classes: Sequence[str], data: Dataset) -> None:
    if sorted(classes) != sorted(data.classes):
        raise BadData(
            f"Expected data of the model's classes ({', '.join(classes)}), but it has {', '.join(data.classes)}."
        )


def _answers(classifiers: Sequence[Classifier], photos: Iterable[bytes]) -> Iterator[list[Said]]:
    return in_order(partial(_answer, classifiers), photos, WORKERS, WINDOW)


def _answer(classifiers: Sequence[Classifier], photo: bytes) -> list[Said]:
    """What each model says of one photo."""
    fitted = {classifier.card.input: classifier for classifier in classifiers}
    pixels = {how: classifier.read(photo) for how, classifier in fitted.items()}
    return [_said(one.predict_fitted([pixels[one.card.input]])[0]) for one in classifiers]


def _said(prediction: Prediction) -> Said:
    return list(prediction.scores.values()), prediction.verdict


def _measured(classifier: Classifier, data: Dataset, split: str, said: Sequence[Said]) -> Evaluation:
    classes, indices = classifier.card.classes, data.indices(split)
    targets = data.targets[indices][:, [data.classes.index(name) for name in classes]]
    scores = np.array([row for row, _ in said], dtype=np.float32)
    verdicts = [verdict for _, verdict in said]
    return Evaluation(
        model=classifier.card.id,
        split=split,
        classes=classes,
        paths=[data.rows[place].path for place in indices],
        targets=targets,
        scores=scores,
        verdicts=verdicts,
        metrics=measure(targets, scores, verdicts, classes),
    )
