"""Recipes by name. Plain data: nothing here imports Keras."""

from __future__ import annotations

from pawsight.errors import BadSettings
from pawsight.recipes import lite0, scratch, scratch_small, tiny, vgg16
from pawsight.recipes.backbone import NAMES, backbone
from pawsight.recipes.base import Augment, Phase, Recipe

__all__ = ["NAMES", "RECIPES", "Augment", "Phase", "Recipe", "backbone", "find"]

RECIPES: dict[str, Recipe] = {
    module.RECIPE.name: module.RECIPE for module in (scratch_small, scratch, vgg16, lite0, tiny)
}


def find(name: str) -> Recipe:
    """Find a recipe by its name.

    Raises:
        BadSettings: there is none of this name.
    """
    if name not in RECIPES:
        raise BadSettings(
            f"Expected a recipe out of {', '.join(RECIPES)}, but received {name!r}.",
            f"Networks of keras.applications that can be trained: {', '.join(NAMES)}.",
        )
    return RECIPES[name]
