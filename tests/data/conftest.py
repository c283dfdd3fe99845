"""Photos that are no near duplicates of each other, and folders and zips of them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight.types import Pixels

Photo = Callable[..., bytes]


def mosaic(seed: int, cell: int = 12) -> Pixels:
    """A mosaic of random colours: `(8 * cell, 10 * cell, 3)` uint8."""
    cells = np.random.default_rng(seed).integers(0, 256, (8, 10, 3), dtype=np.uint8)
    return cells.repeat(cell, axis=0).repeat(cell, axis=1)


@pytest.fixture(scope="session")
def photo(picture: Callable[..., bytes]) -> Photo:
    """A maker of photos: equal seeds give equal pictures, `options` are for `picture`."""

    def make(seed: int, cell: int = 12, **options: Any) -> bytes:
        return picture(pixels=mosaic(seed, cell), **options)

    return make


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Mapping[str, bytes]], Path]:
    """A writer of sources: `write("photos", {"cat/1.jpg": b"..."})`; a name that ends with .zip makes a zip."""

    def make(name: str, files: Mapping[str, bytes]) -> Path:
        path = tmp_path / name
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for member, data in files.items():
                    archive.writestr(member, data)
            return path
        for member, data in files.items():
            (path / member).parent.mkdir(parents=True, exist_ok=True)
            (path / member).write_bytes(data)
        return path

    return make


@pytest.fixture(scope="session")
def cats_and_dogs(photo: Photo) -> dict[str, bytes]:
    """Sixty photos of each, by path; enough for every split to have some of each."""
    return {
        f"{label}/{number}.jpg": photo(1000 * kind + number)
        for kind, label in enumerate(("Cat", "Dog"))
        for number in range(60)
    }
