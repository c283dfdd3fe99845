"""The training loop: it learns, keeps the best, stops early, resumes exactly, and refuses nonsense."""

from __future__ import annotations

import csv
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from pawsight.data import Dataset
from pawsight.errors import TrainingStopped
from pawsight.recipes import Phase, Recipe
from pawsight.train import fit as loop
from pawsight.train.checkpoint import Checkpoint
from pawsight.train.fit import HISTORY, fit, validation_loss
from pawsight.train.networks import Network, build


def _fresh(recipe: Recipe) -> Network:
    keras.utils.set_random_seed(recipe.seed)
    return build(recipe, 2)


def _history(folder: Path) -> list[dict[str, str]]:
    with (folder / HISTORY).open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_small_network_learns_colours(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    network = _fresh(small)
    before = validation_loss(network.logits, data, small)
    fit(network, data, small, Checkpoint(tmp_path, small, data.fingerprint))
    rows = _history(tmp_path)
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[-1]["val_accuracy"]) > 0.9
    best = min(float(row["val_loss"]) for row in rows)
    assert validation_loss(network.logits, data, small) == pytest.approx(best, abs=1e-4)
    assert best < before


def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    data: Dataset, small: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _fresh(small)
    fit(whole, data, small, Checkpoint(tmp_path / "whole", small, data.fingerprint))

    train_epoch = loop._train_epoch
    epochs = []

    def die_in_the_second(model: keras.Model, dataset: Dataset, recipe: Recipe, epoch: int) -> dict[str, float]:
        epochs.append(epoch)
        if epoch == 1 and epochs.count(1) == 1:
            raise KeyboardInterrupt
        return train_epoch(model, dataset, recipe, epoch)

    monkeypatch.setattr(loop, "_train_epoch", die_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        fit(_fresh(small), data, small, Checkpoint(tmp_path / "cut", small, data.fingerprint))
    resumed = build(small, 2)  # other random weights: everything must come from the checkpoint
    checkpoint = Checkpoint(tmp_path / "cut", small, data.fingerprint)
    fit(resumed, data, small, checkpoint)

    assert epochs == [0, 1, 1, 2]
    assert [row["epoch"] for row in _history(tmp_path / "cut")] == ["1", "2", "3"]
    for one, other in zip(whole.logits.get_weights(), resumed.logits.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-4)


def test_a_run_that_gets_no_better_stops(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    stuck = msgspec.structs.replace(small, patience=1, phases=(Phase(name="stuck", epochs=5, rate=1e-12),))
    fit(_fresh(stuck), data, stuck, Checkpoint(tmp_path, stuck, data.fingerprint))
    assert 1 < len(_history(tmp_path)) < 5


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
    from pawsight.train.networks import freeze

    network = build(small, 2)
    freeze(network, "block2", pretrained=False)
    learns = {layer.name: layer.trainable for layer in network.trunk.layers if layer.weights}
    assert learns == {"block1_conv": False, "block2_conv": True}
    with pytest.raises(ValueError, match="block9"):
        freeze(network, "block9", pretrained=False)
