"""A prepared set of plain photos that the tiny model can tell apart, with every fault planted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pawsight.data import Dataset, Row, open_dataset
from pawsight.data.prepare import prepare

MakeRow = Callable[..., Row]


@pytest.fixture(scope="session")
def row() -> MakeRow:
    """A maker of rows: `row("cat/1.jpg", "cat", split="test", ...)`."""

    def make(path: str, label: str = "cat", **fields: Any) -> Row:
        given: dict[str, Any] = {
            "split": "train", "sha256": path, "phash": "0" * 16, "group": path, "width": 200, "height": 150
        }  # fmt: skip
        return Row(path, label, **given | fields)

    return make


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory, picture: Callable[..., bytes], colours: dict[str, Any]) -> Dataset:
    """Thirty red cats and thirty blue dogs, grainy, all different; one dog filed as a cat, one photo twice under both
    labels, one black photo, one narrow one, and an empty file."""
    folder = tmp_path_factory.mktemp("faulty") / "pets"
    for number, label in enumerate(("cat", "dog")):
        (folder / label).mkdir(parents=True)
        for seed in range(30):
            (folder / label / f"{seed}.png").write_bytes(_grainy(picture, colours[label], 100 * number + seed))
    (folder / "cat" / "flipped.png").write_bytes(_grainy(picture, colours["dog"], 998))
    for label in ("cat", "dog"):
        (folder / label / "both.png").write_bytes(_grainy(picture, colours["unsure"], 999))
    (folder / "cat" / "black.png").write_bytes(picture(colour=(9, 2, 2), format="PNG"))
    (folder / "dog" / "narrow.png").write_bytes(picture(200, 40, colour=colours["dog"], seed=5, format="PNG"))
    (folder / "dog" / "empty.png").touch()
    prepare(folder, folder.parent / "set", size=32)
    return open_dataset(folder.parent / "set")


def _grainy(picture: Callable[..., bytes], colour: tuple[int, int, int], seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    cells = np.clip(np.array(colour) + rng.integers(-35, 36, (8, 8, 1)), 0, 255).astype(np.uint8)
    return picture(pixels=cells.repeat(8, axis=0).repeat(8, axis=1), format="PNG")
