"""A larger model answers for the training photos, and a small one learns its answers.

Distillation (Hinton et al., arXiv 1503.02531): scores say more than labels, how sure the teacher is, and the truth
where a label is wrong. They are computed once for each of a few views of every photo, and kept.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.parallel import in_order
from pawsight.recipes import Recipe
from pawsight.runtime import Outputs
from pawsight.storage.atomic import replacing
from pawsight.train.loader import PhotoLoader
from pawsight.train.preflight import training_indices
from pawsight.types import Floats

IMAGENET_CLASSES = 1000
_WORKERS, _WINDOW = 2, 4


def teacher_scores(data: Dataset, recipe: Recipe, view: int, folder: Path) -> Floats:
    """The teacher's scores for one view of the training photos.

    Returns:
        `(N, C)` in the order of `data` and its classes; 0 for photos that are not trained on. Where the recipe learns
        the teacher's ImageNet head as well, its probabilities follow: `(N, C + 1000)`.

    Raises:
        BadData: the teacher knows other classes, or has no ImageNet head where one is learned from.
    """
    path = folder / f"teacher-{view}.npy"
    if not path.exists():
        with replacing(path) as part:
            np.save(part, _answers(data, recipe, view))
    scores: Floats = np.load(path)
    return scores


def _answers(data: Dataset, recipe: Recipe, view: int) -> Floats:
    teacher = Classifier.load(recipe.teacher)
    classes = teacher.card.classes
    if sorted(classes) != sorted(data.classes):
        raise BadData(
            f"Expected a teacher of {', '.join(data.classes)}, but {teacher.card.id} knows {', '.join(classes)}."
        )
    alone = msgspec.structs.replace(recipe, augment=msgspec.structs.replace(recipe.augment, pair=0.0))
    feed = PhotoLoader(data, training_indices(data, recipe), alone, view, size=teacher.card.input.size)
    learned = IMAGENET_CLASSES if recipe.keep_imagenet else 0
    scores = np.zeros((len(data.rows), len(classes) + learned), np.float16 if learned else np.float32)
    order = [classes.index(name) for name in data.classes]
    batches = in_order(lambda number: teacher.session.run(feed.pixels(number)), range(len(feed)), _WORKERS, _WINDOW)
    for number, batch in enumerate(batches):
        answers = [batch.scores[:, order]]
        if learned:
            answers.append(_imagenet(batch, teacher.card.id))
        scores[feed.places(number)] = np.concatenate(answers, axis=1)
    return scores


def _imagenet(answers: Outputs, teacher: str) -> Floats:
    if answers.imagenet is None:
        raise BadData(
            f"The recipe learns from an ImageNet head (keep_imagenet), but the teacher {teacher} has none.",
            "Choose a teacher that was trained with a gate, such as lite0.",
        )
    return answers.imagenet
