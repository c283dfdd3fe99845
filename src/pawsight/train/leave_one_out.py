"""How a model treats kinds that it never saw: the gate is fitted again without each kind, and judged on that kind."""

from __future__ import annotations

import numpy as np

from pawsight.model.card import Thresholds
from pawsight.model.refusal import Refusal, figures
from pawsight.recipes import Recipe
from pawsight.train.fit_heads import Heads

PHOTOS = "leave one kind out: all photos of each kind, judged by a gate that was fitted without this kind"


def leave_one_kind_out(heads: Heads, thresholds: Thresholds, recipe: Recipe) -> Refusal | None:
    """Measure false accepts of kinds that the gate never saw.

    The network itself has seen those kinds that the recipe does not hold back (`unseen`); they are marked.

    Args:
        heads: what was fitted behind the network.
        thresholds: from `present` on, a photo is taken for a class.
        recipe: what the network was trained with.

    Returns:
        The figures; None where there are no photos of neither.
    """
    accepted = np.zeros(len(heads.kinds), bool)
    names = sorted(set(heads.kinds.tolist()))
    for kind in names:
        places = np.flatnonzero(heads.kinds == kind)
        accepted[places] = (heads.scores(places, [kind]) >= thresholds.present).any(axis=1)
    heads.restore()
    seen = set(names) - set(recipe.unseen)
    return figures(PHOTOS, heads.kinds.tolist(), accepted.tolist(), seen) if names else None
