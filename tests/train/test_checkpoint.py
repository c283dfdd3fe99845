"""Checkpoints: what was saved comes back, optimizer included; that of another run is refused in test_fit."""

from __future__ import annotations

import os
from pathlib import Path

import keras
import numpy as np
import pytest

from pawsight.recipes import Recipe
from pawsight.train.checkpoint import Checkpoint, TrainingProgress
from pawsight.train.networks import build


@pytest.fixture
def checkpoint(small: Recipe, tmp_path: Path) -> Checkpoint:
    return Checkpoint(tmp_path / "run", small, "some data")


def test_a_new_run_stands_before_its_first_epoch(checkpoint: Checkpoint) -> None:
    assert checkpoint.progress == TrainingProgress(phase=-1, epoch=0, best=float("inf"), stale=0)
    assert not checkpoint.has("start")


def test_weights_progress_and_optimizer_come_back(checkpoint: Checkpoint, small: Recipe) -> None:
    def compiled() -> keras.Model:
        model = build(small, ("cat", "dog")).logits
        model.compile(keras.optimizers.Adam(), keras.losses.BinaryCrossentropy(from_logits=True))
        model.optimizer.build(model.trainable_variables)
        return model

    model, other = compiled(), compiled()
    model.fit(np.zeros((4, 32, 32, 3), np.uint8), np.ones((4, 2)), verbose=0)
    checkpoint.save("last", model, TrainingProgress(phase=1, epoch=2, best=0.5, stale=1))

    checkpoint.load("last", other)
    assert checkpoint.has("last")
    assert checkpoint.progress == TrainingProgress(phase=1, epoch=2, best=0.5, stale=1)
    assert int(other.optimizer.iterations) == 1
    for one, two in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one, two)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_nothing_half_written_stays(checkpoint: Checkpoint, small: Recipe) -> None:
    checkpoint.save("start", build(small, ("cat", "dog")).logits, TrainingProgress())
    assert {path.name for path in checkpoint.folder.iterdir()} == {"run.json", "start.weights.h5", "progress.json"}


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="room is reserved on Linux")
def test_a_full_disk_is_an_error_and_no_crash(checkpoint: Checkpoint, small: Recipe) -> None:
    import resource

    model, limits = build(small, ("cat", "dog")).logits, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # stands for a full disk
    try:
        with pytest.raises(OSError, match="File too large"):
            checkpoint.save("last", model)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(path.name for path in checkpoint.folder.iterdir()) == ["run.json"]
