"""A time is spent: more of it buys more epochs, and a training ends where it is over."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pawsight.data import Dataset
from pawsight.errors import BadSettings
from pawsight.recipes import Recipe, find
from pawsight.train.budget import SMALL, measure_pace, plan
from pawsight.train.checkpoint import Checkpoint
from pawsight.train.fit import HISTORY, fit
from pawsight.train.networks import build
from pawsight.train.options import RunOptions


def test_the_pace_of_this_machine() -> None:
    assert 0 < measure_pace() < 10


def test_more_time_buys_more(data: Dataset) -> None:
    plans = [plan(seconds, 0.05, data) for seconds in (500, 900, 3600)]
    epochs = [sum(phase.epochs for phase in one.recipe.phases) for one in plans]
    assert epochs == sorted(epochs)
    assert epochs[-1] == sum(phase.epochs for phase in find("lite0").phases)
    assert all(0 < one.training < seconds for one, seconds in zip(plans, (500, 900, 3600), strict=True))
    assert "50.0 ms" in plans[0].why


def test_little_time_shows_smaller_photos(data: Dataset) -> None:
    pace = 1.0
    enough = next(seconds for seconds in range(1000, 20000, 50) if _fits(seconds, pace, data))
    (phase,) = plan(enough, pace, data).recipe.phases
    assert phase.sizes == ((1, SMALL),)


def _fits(seconds: float, pace: float, data: Dataset) -> bool:
    try:
        return bool(plan(seconds, pace, data))
    except BadSettings:
        return False


def test_too_little_time_is_refused(data: Dataset) -> None:
    with pytest.raises(BadSettings, match=r"Training takes at least \d+\.\d minutes here"):
        plan(30, 0.01, data)


@pytest.mark.parametrize("seconds", [-1.0, 0.0])
def test_training_ends_at_its_deadline(data: Dataset, small: Recipe, tmp_path: Path, seconds: float) -> None:
    checkpoint = Checkpoint(tmp_path, small, data.fingerprint)
    network = build(small, data.classes)
    fit(network, data, small, checkpoint, RunOptions(deadline=time.monotonic() + seconds))
    assert not checkpoint.has("best")


def test_a_deadline_within_an_epoch_keeps_what_was_learned(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    class SoonOver(RunOptions):
        def has_time(self, seconds: float) -> bool:
            """Only before the first epoch: it stops after its first batch."""
            return not began.pop() if began else False

    began = [False, False]
    checkpoint = Checkpoint(tmp_path, small, data.fingerprint)
    fit(build(small, data.classes), data, small, checkpoint, SoonOver())
    assert checkpoint.has("best")
    assert len((tmp_path / HISTORY).read_text().splitlines()) == 2
