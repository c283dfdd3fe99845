"""Models and a split -> what each predicted for every photo, and how good that was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from pawsight import images
from pawsight.classifier import Classifier, Prediction
from pawsight.data import Dataset
from pawsight.data.sources import PREPARED_LIMITS
from pawsight.errors import BadData
from pawsight.metrics import measure
from pawsight.model.class_names import same_class
from pawsight.model.metrics import Metrics
from pawsight.parallel import in_order, usable_processors
from pawsight.types import Floats, Pixels, ProgressHook, no_progress

WORKERS = usable_processors()
WINDOW = 8 * WORKERS

Scored = tuple[list[float], str]  # scores in the order of the card's classes, and the verdict
# Models, a set and places of photos in it -> for each photo what each model says, in their order.
Engine = Callable[[Sequence[Classifier], Dataset, Sequence[int]], Iterator[list[Scored]]]


@dataclass(frozen=True)
class Evaluation:
    """What a model predicted for a split.

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


def evaluate(
    classifier: Classifier, data: Dataset, split: str = "test", watch: ProgressHook = no_progress
) -> Evaluation:
    """Answer for every photo of a split, from its original file, and measure.

    Args:
        watch: wraps the photos on their way, for a progress bar.

    Raises:
        BadData: the data has other classes than the model, the split has no photo of one class, or files have changed.
    """
    return evaluate_all([classifier], data, split, watch)[0]


def evaluate_all(
    classifiers: Sequence[Classifier],
    data: Dataset,
    split: str = "test",
    watch: ProgressHook = no_progress,
    engine: Engine | None = None,
) -> list[Evaluation]:
    """Let several models answer for the same photos; models with one kind of input share the decoding.

    Args:
        watch: wraps the answers on their way, for a progress bar.
        engine: computes them elsewhere, such as `pawsight.evaluate.on_cluster.ClusterEngine`; None: here.

    Raises:
        BadData: as `evaluate` does.
    """
    for classifier in classifiers:
        _check_classes(classifier.card.classes, data)
    indices = data.indices(split)
    if not (data.targets[indices].sum(axis=1) == 1).any():
        raise BadData(f"Expected photos of {' or '.join(data.classes)} in split {split}, but there are none.")
    scored = (engine or _answer_here)(classifiers, data, indices.tolist())
    answers = list(watch(scored, len(indices), "Answering"))
    return [
        _measured(classifier, data, split, scored)
        for classifier, scored in zip(classifiers, zip(*answers, strict=True), strict=True)
    ]


def _check_classes(classes: Sequence[str], data: Dataset) -> None:
    align_classes(classes, data.classes)


def _answer_here(classifiers: Sequence[Classifier], data: Dataset, indices: Sequence[int]) -> Iterator[list[Scored]]:
    return in_order(partial(answer, classifiers), data.photos(indices), WORKERS, WINDOW)


def align_classes(classes: Sequence[str], others: Sequence[str]) -> list[int]:
    """Find the classes of a model among those of a data set; capitals do not matter.

    Args:
        classes: of the model.
        others: of the data set.

    Returns:
        the place of each class of the model among the others.

    Raises:
        BadData: they are other ones.
    """
    places = {same_class(name): place for place, name in enumerate(others)}
    if {same_class(name) for name in classes} != set(places):
        raise BadData(f"The model's classes are {', '.join(classes)}; those of the data are {', '.join(others)}.")
    return [places[same_class(name)] for name in classes]


def read_prepared(classifier: Classifier, photo: bytes) -> Pixels:
    """Fit a photo of a prepared set to a model's input; it has passed its limits when it was prepared."""
    size = classifier.card.input.size
    return classifier.fit(images.decode(photo, least=size, limits=PREPARED_LIMITS))


def answer(classifiers: Sequence[Classifier], photo: bytes) -> list[Scored]:
    """Return what each model predicts for one photo."""
    fitted = {classifier.card.input: classifier for classifier in classifiers}
    pixels = {how: read_prepared(classifier, photo) for how, classifier in fitted.items()}
    return [_scored(one.predict_fitted([pixels[one.card.input]])[0]) for one in classifiers]


def _scored(prediction: Prediction) -> Scored:
    return list(prediction.scores.values()), prediction.verdict


def _measured(classifier: Classifier, data: Dataset, split: str, scored: Sequence[Scored]) -> Evaluation:
    classes, indices = classifier.card.classes, data.indices(split)
    targets = data.targets[indices][:, align_classes(classes, data.classes)]
    scores = np.array([row for row, _ in scored], dtype=np.float32)
    verdicts = [verdict for _, verdict in scored]
    return Evaluation(
        model=classifier.card.id,
        split=split,
        classes=classes,
        paths=[data.rows[place].path for place in indices],
        targets=targets,
        scores=scores,
        verdicts=verdicts,
        metrics=measure(targets, scores, verdicts, classes, split),
    )
