"""Small made-up photos and trainings, for a quick run that needs no data and no download."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec.structs import replace
from PIL import Image

from pawsight.recipes import Phase, Recipe
from pawsight.types import Pixels

COLORS = {"cat": (200, 90, 50), "dog": (50, 90, 200), "church": (90, 180, 60), "cow": (200, 200, 80)}
NEITHER = {"church": "other/church", "cow": "creatures/cow"}  # lesson 6 tells these sources apart
PHOTOS = 60  # of each kind; from about fifty, every split has some
SIZE = 32


def make_photo(kind: str, number: int) -> Pixels:
    """Return a mosaic in the colors of a kind, `(48, 64, 3)` uint8; no two are alike."""
    color = COLORS[kind]
    light = np.random.default_rng((number, *color)).uniform(0.3, 1.2, (6, 8, 1))
    return np.clip(light.repeat(8, axis=0).repeat(8, axis=1) * color, 0, 255).astype(np.uint8)


def make_photos(folder: Path) -> tuple[Path, Path]:
    """Write made-up photos.

    Returns:
        A folder with a folder for each class, and a folder with a folder for each kind of neither.
    """
    for kind in COLORS:
        place = folder / "neither" / NEITHER[kind] if kind in NEITHER else folder / "pets" / kind
        place.mkdir(parents=True, exist_ok=True)
        for number in range(PHOTOS):
            Image.fromarray(make_photo(kind, number)).save(place / f"{number}.png")
    return folder / "pets", folder / "neither"


def shrink(recipe: Recipe) -> Recipe:
    """Return the same recipe made small: it takes the same path in seconds, and learns next to nothing."""
    phases = tuple(Phase(name=one.name, epochs=1, rate=one.rate, learn_from=one.learn_from) for one in recipe.phases)
    return replace(recipe, size=SIZE, photos=0, phases=phases)
