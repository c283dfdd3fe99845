"""Recipes by name: plain frozen data that says how a model is trained.

Here: what to train on what, with which numbers. Not here: code that trains; nothing here imports Keras.
"""

from __future__ import annotations

from typing import Any

import msgspec

from pawsight.errors import BadSettings
from pawsight.recipes import lite0, scratch, scratch_small, tiny, vgg16
from pawsight.recipes.backbone import NAMES, backbone
from pawsight.recipes.base import Augment, Phase, Recipe
from pawsight.types import FitMode

__all__ = ["NAMES", "RECIPES", "Augment", "Phase", "Recipe", "backbone", "choose", "continuing", "customize", "find"]

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


def choose(name: str, size: int, fit: FitMode, *, pretrained: bool = True, share: float | None = None) -> Recipe:
    """Find a recipe by its name, or make one for a network of `keras.applications`.

    Args:
        name: of a recipe or of a network.
        size, fit: of the prepared photos, which a network of `keras.applications` takes as they are.
        pretrained: whether such a network starts from ImageNet weights.
        share: of its layers that learn; None for the default.

    Raises:
        BadSettings: there is none of this name, or `pretrained` and `share` were changed for one of our own recipes.
    """
    if name in NAMES:
        return backbone(name, size, fit, pretrained=pretrained, **({} if share is None else {"share": share}))
    recipe = find(name)
    if share is not None or not pretrained:
        raise BadSettings(
            f"The recipe {name} decides by itself which layers learn and from which weights.",
            "Leave out the share of layers and `none` for weights, or name a network of keras.applications.",
        )
    return recipe


def continuing(recipe: Recipe, model: str) -> Recipe:
    """Return a recipe that begins with the weights of a finished model, and has its last phase only.

    Args:
        recipe: that the model was trained by.
        model: its folder, or the name of a shipped model.
    """
    return msgspec.structs.replace(recipe, start=model, phases=recipe.phases[-1:])


def customize(recipe: Recipe, epochs: int | None = None, **changes: Any) -> Recipe:
    """Return a recipe with other values.

    Args:
        recipe: to start from.
        epochs: at most so many in each phase.
        changes: field of the recipe -> its new value; None leaves the field as it is.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    if epochs is not None:
        given["phases"] = tuple(
            msgspec.structs.replace(phase, epochs=min(epochs, phase.epochs)) for phase in recipe.phases
        )
    return msgspec.structs.replace(recipe, **given)
