"""Folders of made-up photos: mosaics of one colour in random brightness, so that no two are twins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from pawsight.types import Pixels

Colour = tuple[int, int, int]
MakePhotos = Callable[..., Path]

RED, GREEN, BLUE, GREY = (200, 60, 50), (60, 190, 70), (50, 60, 200), (110, 110, 110)


def mosaic(seed: int, colour: Colour) -> Pixels:
    """`(36, 48, 3)` uint8."""
    light = np.random.default_rng((seed, *colour)).uniform(0.5, 1.2, (6, 8, 1)).repeat(6, axis=0).repeat(6, axis=1)
    return np.clip(light * colour, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def make_photos(picture: Callable[..., bytes]) -> MakePhotos:
    """A maker of photos: `make_photos(folder, {"rose": RED}, number=20, start=0) -> folder`."""

    def make(folder: Path, classes: Mapping[str, Colour], number: int = 20, start: int = 0) -> Path:
        for name, colour in classes.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            for seed in range(start, start + number):
                (folder / name / f"{seed}.png").write_bytes(picture(pixels=mosaic(seed, colour), format="PNG"))
        return folder

    return make


@pytest.fixture
def flowers(make_photos: MakePhotos, tmp_path: Path) -> Path:
    """Three classes that the tiny model's features can tell apart, and photos of none of them."""
    return make_photos(tmp_path / "flowers", {"rose": RED, "leaf": GREEN, "iris": BLUE, "neither": GREY})
