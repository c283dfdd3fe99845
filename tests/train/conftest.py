"""A small prepared set and the real recipes made small, so that tests walk the real path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset, open_dataset
from pawsight.data.prepare import prepare
from pawsight.recipes import Augment, Phase, Recipe, find

SIZE = 32
PHOTOS = 60


@pytest.fixture(scope="session")
def make_data(tmp_path_factory: pytest.TempPathFactory, picture: Callable[..., bytes]) -> Callable[[int], Dataset]:
    """A maker of prepared sets: grainy red cats and blue dogs, with some green photos of neither."""

    def make(size: int) -> Dataset:
        folder = tmp_path_factory.mktemp("data")
        for number in range(PHOTOS):
            for label, colour in (("cat", (200, 60, 50)), ("dog", (50, 60, 200)), ("neither", (60, 200, 60))):
                (folder / "photos" / label).mkdir(parents=True, exist_ok=True)
                photo = _blobs(number, colour)
                (folder / "photos" / label / f"{number}.png").write_bytes(picture(pixels=photo, format="PNG"))
        return open_dataset(prepare(folder / "photos", folder / "prepared", size=size, fit="crop").folder)

    return make


def _blobs(seed: int, colour: tuple[int, int, int]) -> np.ndarray:
    """A mosaic of one colour in random brightness: no two are near duplicates."""
    light = np.random.default_rng((seed, *colour)).uniform(0.3, 1.2, (6, 8, 1)).repeat(6, axis=0).repeat(6, axis=1)
    return np.clip(light * colour, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def data(make_data: Callable[[int], Dataset]) -> Dataset:
    return make_data(SIZE)


@pytest.fixture(scope="session")
def small() -> Recipe:
    """`scratch-small`, smaller still."""
    return msgspec.structs.replace(
        find("scratch-small"),
        size=SIZE,
        photos=0,
        patience=3,
        phases=(Phase(name="all", epochs=3, rate=3e-3),),
        augment=Augment(crop=0.6, flip=True, brightness=0.1),
    )


@pytest.fixture(scope="session")
def staged(small: Recipe) -> Recipe:
    """`small`, but only what comes behind its first block learns."""
    phases = (Phase(name="block 2", epochs=3, rate=3e-3, learn_from="block2"),)
    return msgspec.structs.replace(small, head="pool", phases=phases)


@pytest.fixture(scope="session")
def accuracy() -> Callable[[Path, Dataset], float]:
    """`accuracy(folder, data)` is the share of the test split's cats and dogs that a model folder names rightly."""

    def measure(folder: Path, data: Dataset) -> float:
        model = Classifier.load(folder)
        places = data.indices("test")
        shown = places[data.targets[places].sum(axis=1) == 1]
        predictions = model.predict(data.pixels[place] for place in shown)
        predicted = [model.card.classes.index(one.label) for one in predictions]
        return float(np.mean(predicted == data.targets[shown].argmax(axis=1)))

    return measure
