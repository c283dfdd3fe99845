"""Trainings that begin with a finished model: the network says what the model said."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.errors import BadModel
from pawsight.recipes import find
from pawsight.train.networks import build
from pawsight.types import Pixels


def _pictures(size: int) -> Pixels:
    """Smooth pictures of several colors, with edges: `(4, size, size, 3)` uint8."""
    rows, columns = np.mgrid[0:size, 0:size] / size
    waves = [np.sin(6 * rows * (n + 1) + 4 * columns + shift) for n in range(4) for shift in range(3)]
    pictures = np.stack(waves, axis=-1).reshape(size, size, 4, 3).transpose(2, 0, 1, 3) * 90 + 128
    pictures[1:3, size // 4 : size // 2] = 230
    return pictures.astype(np.uint8)


@pytest.mark.parametrize("name", ["tiny", "scratch"])
def test_a_network_begins_where_the_model_ended(name: str) -> None:
    """Int8 rounds activations as well, which the network does not: what is left is that."""
    recipe = msgspec.structs.replace(find(name), start=name)
    pictures = _pictures(recipe.size)
    logits = build(recipe, ("cat", "dog")).logits.predict(pictures, verbose=0)
    said = Classifier.load(name).session.run(pictures).maps.mean(axis=(1, 2))
    assert np.abs(logits - said).max() < 0.1 * np.abs(said).max() + 0.3


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(BadModel, match="do not fit the network scratch"):
        build(msgspec.structs.replace(find("scratch"), start="tiny"), ("cat", "dog"))
