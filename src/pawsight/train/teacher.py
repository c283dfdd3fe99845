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
from pawsight.train.feed import Feed, training_indices
from pawsight.types import Floats

_WORKERS, _WINDOW = 2, 4


def teach(data: Dataset, recipe: Recipe, view: int, folder: Path) -> Floats:
    """The teacher's scores for one view of the training photos.

    Returns:
        `(N, C)` float32 in the order of `data` and its classes; 0 for photos that are not trained on.

    Raises:
        BadData: the teacher knows other classes.
    """
    path = folder / f"teacher-{view}.npy"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, _answers(data, recipe, view))
        part.replace(path)
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
    feed = Feed(data, training_indices(data, recipe), alone, view, size=teacher.card.input.size)
    scores = np.zeros((len(data.rows), len(classes)), np.float32)
    order = [classes.index(name) for name in data.classes]
    batches = in_order(lambda number: teacher.session.run(feed.pixels(number)), range(len(feed)), _WORKERS, _WINDOW)
    for number, batch in enumerate(batches):
        scores[feed.places(number)] = batch.scores[:, order]
    return scores
