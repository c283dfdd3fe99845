"""Recipes by name. Plain data: nothing here imports Keras."""

from __future__ import annotations

from pawsight.errors import BadSettings
from pawsight.recipes import lite0, scratch_small
from pawsight.recipes.base import Augment, Phase, Recipe

__all__ = ["RECIPES", "Augment", "Phase", "Recipe", "find"]

RECIPES: dict[str, Recipe] = {module.RECIPE.name: module.RECIPE for module in (lite0, scratch_small)}


def find(name: str) -> Recipe:
    """Find a recipe by its name.

    Raises:
        BadSettings: there is none of this name.
    """
    if name not in RECIPES:
        raise BadSettings(f"Expected a recipe out of {', '.join(RECIPES)}, but received {name!r}.")
    return RECIPES[name]
