"""How well a model finds both: made-up pictures of two photos each, of the test split."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import msgspec
import numpy as np

from pawsight.data import Dataset
from pawsight.estimates import Estimate, proportion
from pawsight.model.card import Thresholds
from pawsight.model.decision import BOTH_CODE, decide_all
from pawsight.parallel import in_order
from pawsight.recipes import Augment, Recipe
from pawsight.runtime import InferenceSession
from pawsight.train.loader import PhotoLoader
from pawsight.train.trunk_outputs import serving_batches
from pawsight.types import Floats, Pixels

VIEW = 1  # another draw of partners and layouts than the one that the model's limits were chosen on


def both_figures(
    session: InferenceSession, data: Dataset, recipe: Recipe, thresholds: Thresholds
) -> dict[str, Estimate]:
    """Measure how many pictures of two classes, and how many photos of one, get the verdict `both`.

    Real photos of two animals are harder than these: the animals overlap, and one is often small.

    Returns:
        `both_found` (of made-up pictures of two classes), `pairs_called_both` (made-up pictures of one class twice),
        and `singles_called_both` (photos); those of which there are no photos are missing.
    """
    indices = data.indices("test")
    feed = PhotoLoader(data, indices, msgspec.structs.replace(recipe, augment=Augment(pair=1.0)), view=VIEW)
    pictures = _scores(session, [partial(feed.pixels, number) for number in range(len(feed))])
    shown = np.concatenate([feed.targets(number) for number in range(len(feed))]).sum(axis=1)
    photos = _scores(session, serving_batches(data, indices, recipe))
    pair, single = (decide_all(scores, thresholds) == BOTH_CODE for scores in (pictures, photos))
    partners = np.array([feed.partner(place) for place in indices])
    twice = (shown == 1) & (data.targets[indices].sum(axis=1) == 1) & (data.targets[partners].sum(axis=1) == 1)
    found = {
        "both_found": pair[shown > 1],
        "pairs_called_both": pair[twice],
        "singles_called_both": single[data.targets[indices].sum(axis=1) == 1],
    }
    return {name: proportion(int(flags.sum()), len(flags)) for name, flags in found.items() if len(flags)}


def _scores(session: InferenceSession, batches: Iterable[Callable[[], Pixels]]) -> Floats:
    return np.concatenate(list(in_order(lambda batch: session.run(batch()).scores, batches, 2, 4)))
