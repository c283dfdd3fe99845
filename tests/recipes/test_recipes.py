"""Recipes are plain data that can be found, compared and written down."""

from __future__ import annotations

import msgspec
import pytest

from pawsight.errors import BadSettings
from pawsight.recipes import RECIPES, Phase, Recipe, find


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_survives_being_written_into_a_card(name: str) -> None:
    recipe = find(name)
    assert msgspec.convert(msgspec.to_builtins(recipe), Recipe) == recipe
    assert msgspec.json.decode(msgspec.json.encode(recipe), type=Recipe) == recipe


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_cannot_be_changed(name: str) -> None:
    with pytest.raises(AttributeError):
        find(name).size = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", RECIPES)
def test_sizes_are_said_for_every_epoch_or_none_and_only_grow(name: str) -> None:
    for phase in find(name).phases:
        sides = [side for _, side in phase.sizes]
        assert sides == sorted(sides)
        assert sum(epochs for epochs, _ in phase.sizes) in {0, phase.epochs}


@pytest.mark.parametrize("name", RECIPES)
def test_all_recipes_want_photos_prepared_alike(name: str) -> None:
    """One prepared set, at 224 pixels, is enough for all of them."""
    recipe = find(name)
    assert recipe.fit == "crop"
    assert recipe.size <= 224


def test_photos_grow_by_epoch() -> None:
    phase = Phase(name="all", epochs=6, rate=0.1, sizes=((2, 64), (1, 96)))
    assert [phase.size(epoch, 128) for epoch in range(6)] == [64, 64, 96, 128, 128, 128]
    assert Phase(name="all", epochs=1, rate=0.1).size(0, 128) == 128


def test_the_class_room_recipe_is_the_class_room_project() -> None:
    recipe = find("scratch-small")
    assert (recipe.size, recipe.photos, recipe.phases[0].epochs) == (224, 1000, 10)
    assert not recipe.pretrained


def test_an_unknown_recipe_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadSettings, match=r"scratch-small.*'resnet'"):
        find("resnet")
