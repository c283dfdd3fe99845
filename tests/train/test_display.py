from __future__ import annotations

import io
from typing import Any

import pytest

from pawsight.recipes import Phase, Recipe
from pawsight.train.checkpoint import TrainingProgress
from pawsight.train.display import TrainingDisplay, clock, curve

RECIPE = Recipe(
    name="try",
    network="tiny",
    size=32,
    patience=4,
    phases=(Phase(name="head", epochs=2, rate=1e-3), Phase(name="all", epochs=6, rate=1e-3)),
)
ROW = {"loss": 0.5, "val_loss": 0.4321, "accuracy": 0.75, "val_accuracy": 0.8, "seconds": 30.0}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(display: TrainingDisplay) -> list[str]:
    assert isinstance(display.out, io.StringIO)
    return display.out.getvalue().splitlines()


def test_a_line_for_each_epoch() -> None:
    display = TrainingDisplay(RECIPE, 600, io.StringIO(), io.StringIO())
    display.end_epoch(1, 2, dict(ROW), trained=20.0)
    (line,) = lines(display)
    assert line == (
        "phase 2/2 'all'  epoch 3/6  loss 0.5000  val loss 0.4321  accuracy 75.0%  val accuracy 80.0%  "
        "30 photos/s  1:30 left"
    )


def test_a_terminal_shows_the_curve_and_a_live_line() -> None:
    display = TrainingDisplay(RECIPE, 600, Terminal(), Terminal())
    live = display.batches(0, 0, steps=10)
    live._shown = 0  # type: ignore[attr-defined]  # the line is long out of date
    live.on_train_batch_end(4, {"loss": 0.6})
    shown: Any = display.live
    assert "epoch 1/2  50%  loss 0.6000" in shown.getvalue()
    for loss in (0.9, 0.5, 0.1):
        display.end_epoch(0, 0, ROW | {"val_loss": loss}, trained=20.0)
    assert lines(display)[-1].endswith("█▅▁")


def test_a_pipe_has_no_live_line() -> None:
    display = TrainingDisplay(RECIPE, 600, io.StringIO(), io.StringIO())
    live = display.batches(0, 0, steps=10)
    live._shown = 0  # type: ignore[attr-defined]
    live.on_train_batch_end(4, {"loss": 0.6})
    assert display.live.getvalue() == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("stale", "said"),
    [
        (0, []),
        (1, []),
        (
            2,
            [
                "Validation loss has not improved for 2 epochs; the best was epoch 3. "
                "After 4 such epochs this phase stops and goes back to epoch 3."
            ],
        ),
        (
            4,
            [
                "Validation loss has not improved for 4 epochs; the best was epoch 1. "
                "This phase stops here and goes back to epoch 1."
            ],
        ),
    ],
)
def test_early_stopping_is_announced(stale: int, said: list[str]) -> None:
    display = TrainingDisplay(RECIPE, 600, io.StringIO(), io.StringIO())
    display.say_stale(1, TrainingProgress(phase=1, epoch=5, best=0.1, stale=stale))
    assert lines(display) == said


def test_a_stopped_run_says_where_it_goes_on_and_what_follows_the_epochs() -> None:
    display = TrainingDisplay(RECIPE, 600, io.StringIO(), io.StringIO())
    display.say_resumed(TrainingProgress(phase=1, epoch=4))
    display.say_trained()
    assert lines(display) == [
        "Resuming a stopped run: phase 2 of 2, 4 of 6 epochs done.",
        "Training is done. Calibrating and exporting the best epoch.",
    ]


@pytest.mark.parametrize(("seconds", "said"), [(0, "0:00"), (65, "1:05"), (3725, "1:02:05")])
def test_durations(seconds: float, said: str) -> None:
    assert clock(seconds) == said


@pytest.mark.parametrize(("losses", "bars"), [([1.0], "▁"), ([2.0, 1.0], "█▁"), ([1.0] * 30, "▁" * 20)])
def test_curves(losses: list[float], bars: str) -> None:
    assert curve(losses) == bars
