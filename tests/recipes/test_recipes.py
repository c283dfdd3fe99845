"""Recipes are plain data that can be found, compared and written down."""

from __future__ import annotations

import msgspec
import pytest

from pawsight.errors import BadSettings
from pawsight.recipes import RECIPES, Recipe, find


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_survives_being_written_into_a_card(name: str) -> None:
    recipe = find(name)
    assert msgspec.convert(msgspec.to_builtins(recipe), Recipe) == recipe


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_cannot_be_changed(name: str) -> None:
    with pytest.raises(AttributeError):
        find(name).size = 1  # type: ignore[misc]


def test_the_class_room_recipe_is_the_class_room_project() -> None:
    recipe = find("scratch-small")
    assert (recipe.size, recipe.fit, recipe.photos, recipe.phases[0].epochs) == (224, "squash", 1000, 10)
    assert not recipe.pretrained


def test_an_unknown_recipe_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadSettings, match=r"scratch-small.*'resnet'"):
        find("resnet")
