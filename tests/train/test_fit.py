"""The training loop: it learns, keeps the best, stops early, resumes exactly, and refuses nonsense."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import pytest

from pawsight.data import Dataset
from pawsight.errors import TrainingStopped
from pawsight.recipes import Phase, Recipe, find
from pawsight.train import fit as loop
from pawsight.train.checkpoint import Checkpoint
from pawsight.train.fit import HISTORY, _Accuracy, fit, limit_momentum, validation_loss
from pawsight.train.loader import PhotoLoader
from pawsight.train.networks import Network, build, freeze
from pawsight.train.phase_model import PhaseModel, make_phase_model


def _fresh(recipe: Recipe) -> Network:
    keras.utils.set_random_seed(recipe.seed)
    return build(recipe, ("cat", "dog"))


def _history(folder: Path) -> list[dict[str, str]]:
    with (folder / HISTORY).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.long
@pytest.mark.parametrize("name", ["small", "staged"])
def test_a_small_network_learns_colours(
    name: str, data: Dataset, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    recipe: Recipe = request.getfixturevalue(name)
    network = _fresh(recipe)
    student = make_phase_model(network, data, recipe, recipe.phases[0], tmp_path)
    before = validation_loss(student, data, recipe)
    fit(network, data, recipe, Checkpoint(tmp_path, recipe, data.fingerprint))
    rows = _history(tmp_path)
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[-1]["val_accuracy"]) > 0.8
    best = min(float(row["val_loss"]) for row in rows)
    assert validation_loss(student, data, recipe) == pytest.approx(best, abs=1e-4)
    assert best < before


@pytest.mark.long
def test_only_the_last_stages_learn(data: Dataset, staged: Recipe, tmp_path: Path) -> None:
    network = _fresh(staged)
    before = {layer.name: layer.get_weights() for layer in network.trunk.layers if layer.weights}
    fit(network, data, staged, Checkpoint(tmp_path, staged, data.fingerprint))
    after = {name: network.trunk.get_layer(name).get_weights() for name in before}
    changed = {
        name: any(not np.array_equal(one, two) for one, two in zip(before[name], after[name], strict=True))
        for name in before
    }
    assert changed == {"block1_conv": False, "block2_conv": True}


def _stages(recipe: Recipe) -> Recipe:
    """The last stages, then all of them, on photos that grow."""
    phases = (
        Phase(name="block 2", epochs=1, rate=3e-3, learn_from="block2", sizes=((1, 16),)),
        Phase(name="all", epochs=2, rate=3e-3, sizes=((1, 24), (1, 32))),
    )
    return msgspec.structs.replace(recipe, phases=phases)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["staged", pytest.param("stages", marks=pytest.mark.weekly)])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    kind: str, data: Dataset, staged: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = staged if kind == "staged" else _stages(staged)
    whole = _fresh(recipe)
    fit(whole, data, recipe, Checkpoint(tmp_path / "whole", recipe, data.fingerprint))

    train_epoch = loop._train_epoch
    calls = []

    def die_in_the_third(*given: Any) -> dict[str, float]:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return train_epoch(*given)

    monkeypatch.setattr(loop, "_train_epoch", die_in_the_third)
    cut = tmp_path / "cut"
    checkpoint = Checkpoint(cut, recipe, data.fingerprint)
    network = _fresh(recipe)
    checkpoint.save("start", network.logits)  # as `train` does
    with pytest.raises(KeyboardInterrupt):
        fit(network, data, recipe, checkpoint)
    resumed = build(recipe, data.classes)  # other random weights: everything must come from the checkpoint
    checkpoint.load("start", resumed.logits)
    fit(resumed, data, recipe, Checkpoint(cut, recipe, data.fingerprint))

    assert len(calls) == 4  # only the epoch that was cut off is done again
    assert [row["epoch"] for row in _history(cut)] == ["1", "2", "3"]
    for one, other in zip(whole.logits.get_weights(), resumed.logits.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-4)


@pytest.mark.long
def test_photos_grow_while_it_learns(
    data: Dataset, staged: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = _stages(staged)
    train_epoch = loop._train_epoch
    seen = []

    def watch(student: PhaseModel, feed: PhotoLoader, live: keras.callbacks.Callback) -> dict[str, float]:
        seen.append((feed.pixels(0).shape[1], feed[0][0].shape[1:]))
        return train_epoch(student, feed, live)

    monkeypatch.setattr(loop, "_train_epoch", watch)
    fit(_fresh(recipe), data, recipe, Checkpoint(tmp_path, recipe, data.fingerprint))
    # The first phase's model begins behind a block that halves the sides.
    assert seen == [(16, (8, 8, 32)), (24, (24, 24, 3)), (32, (32, 32, 3))]
    assert [row["phase"] for row in _history(tmp_path)] == ["block 2", "all", "all"]


@pytest.mark.long
def test_a_run_that_gets_no_better_stops(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    stuck = msgspec.structs.replace(small, patience=1, phases=(Phase(name="stuck", epochs=5, rate=1e-12),))
    fit(_fresh(stuck), data, stuck, Checkpoint(tmp_path, stuck, data.fingerprint))
    assert 1 < len(_history(tmp_path)) < 5


@pytest.mark.long
def test_a_loss_that_is_no_number_stops_with_its_step(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    wild = msgspec.structs.replace(small, phases=(Phase(name="wild", epochs=2, rate=1e30),))
    with pytest.raises(TrainingStopped, match=r"finite loss.* at step \d+"):
        fit(_fresh(wild), data, wild, Checkpoint(tmp_path, wild, data.fingerprint))


def test_a_checkpoint_of_another_run_is_refused(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    Checkpoint(tmp_path, small, data.fingerprint)
    with pytest.raises(TrainingStopped, match="another recipe or data set"):
        Checkpoint(tmp_path, msgspec.structs.replace(small, seed=1), data.fingerprint)
    with pytest.raises(TrainingStopped, match="another recipe or data set"):
        Checkpoint(tmp_path, small, "other data")


def test_only_the_layers_from_the_named_stage_learn(small: Recipe) -> None:
    network = build(small, ("cat", "dog"))
    freeze(network, "block2", pretrained=False)
    learns = {layer.name: layer.trainable for layer in network.trunk.layers if layer.weights}
    assert learns == {"block1_conv": False, "block2_conv": True}
    with pytest.raises(ValueError, match="block9"):
        freeze(network, "block9", pretrained=False)


def test_accuracy_counts_the_side_that_a_teachers_scores_are_on() -> None:
    metric = _Accuracy(threshold=0.0)
    metric.update_state(keras.ops.array([[0.9, 0.2]]), keras.ops.array([[3.0, 1.0]]))
    assert float(metric.result()) == 0.5


@pytest.mark.parametrize(("steps", "momentum"), [(3, 0.5), (600, 1 - 1 / 30), (1_000_000, 0.999)])
def test_statistics_follow_in_a_short_run(steps: int, momentum: float) -> None:
    norm = keras.layers.BatchNormalization(momentum=0.999)
    pixels = keras.Input((4,))
    limit_momentum(keras.Model(pixels, norm(pixels)), steps)
    assert norm.momentum == pytest.approx(momentum)


def _statistics(network: Network) -> list[Any]:
    normed = [layer for layer in network.trunk.layers if isinstance(layer, keras.layers.BatchNormalization)]
    return [np.array(layer.moving_mean) for layer in normed]


@pytest.mark.long
@pytest.mark.parametrize(("learn_from", "learns"), [("", True), ("stage3", False)])
def test_the_statistics_of_a_model_that_a_run_starts_with_learn_where_all_of_it_learns(
    learn_from: str, learns: bool, data: Dataset, tmp_path: Path
) -> None:
    phase = Phase(name="again", epochs=1, rate=1e-3, learn_from=learn_from)
    recipe = msgspec.structs.replace(
        find("tiny"), size=data.size, start="tiny", teacher="", keep_imagenet=0.0, views=1, phases=(phase,)
    )
    network = _fresh(recipe)
    before = _statistics(network)
    fit(network, data, recipe, Checkpoint(tmp_path, recipe, data.fingerprint))
    changed = any(not np.array_equal(one, two) for one, two in zip(before, _statistics(network), strict=True))
    assert changed == learns
