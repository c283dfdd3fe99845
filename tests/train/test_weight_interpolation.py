"""Blending: on the line between two sets of weights, at the place that validation likes best."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from pawsight.data import Dataset
from pawsight.recipes import Recipe
from pawsight.train.checkpoint import Checkpoint
from pawsight.train.fit import fit, validation_loss
from pawsight.train.networks import build
from pawsight.train.phase_model import make_phase_model
from pawsight.train.weight_interpolation import interpolate


@pytest.mark.long
@pytest.mark.parametrize("name", [pytest.param("small", marks=pytest.mark.weekly), "staged"])
def test_the_best_place_on_the_way_is_taken(
    name: str, data: Dataset, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    recipe: Recipe = msgspec.structs.replace(request.getfixturevalue(name), blends=(0.0, 0.5, 1.0))
    model = (network := build(recipe, data.classes)).logits
    checkpoint = Checkpoint(tmp_path, recipe, data.fingerprint)
    checkpoint.save("start", model)
    start = model.get_weights()
    fit(network, data, recipe, checkpoint)
    tuned = model.get_weights()
    student = make_phase_model(network, data, recipe, recipe.phases[-1], tmp_path)

    losses = interpolate(model, student, data, recipe, checkpoint)

    assert list(losses) == [0.0, 0.5, 1.0]
    best = min(losses, key=losses.__getitem__)
    assert best > 0  # training brought something
    assert validation_loss(student, data, recipe) == pytest.approx(losses[best], rel=1e-5)
    for weights, before, after in zip(model.get_weights(), start, tuned, strict=True):
        np.testing.assert_allclose(weights, (1 - best) * before + best * after, atol=1e-6)
