"""What a person sees while a network trains: a live line within an epoch, and one line for each finished epoch."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any, TextIO

import keras

from pawsight.recipes import Recipe
from pawsight.train.checkpoint import TrainingProgress

_EVERY = 0.2  # seconds between two states of the live line
_BARS = "▁▂▃▄▅▆▇█"
_CURVE = 20  # epochs that the small curve shows
_PATIENT = 2  # epochs without improvement before that is worth a line


def curve(losses: list[float]) -> str:
    """Draw losses as a row of bars, the lowest as the smallest; the latest twenty of them."""
    shown = losses[-_CURVE:]
    low, high = min(shown), max(shown)
    scale = (len(_BARS) - 1) / (high - low) if high > low else 0
    return "".join(_BARS[round((loss - low) * scale)] for loss in shown)


def clock(seconds: float) -> str:
    """Write a duration as `4:05` or `1:04:05`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@dataclass
class TrainingDisplay:
    """Prints how a training goes.

    Attributes:
        recipe: what is trained.
        photos: shown in one epoch.
        out: gets a line for each epoch.
        live: gets the line that changes within an epoch; nothing is written where it is no terminal.
    """

    recipe: Recipe
    photos: int
    out: TextIO = field(default_factory=lambda: sys.stdout)
    live: TextIO = field(default_factory=lambda: sys.stderr)
    _losses: list[float] = field(default_factory=list)
    _seconds: list[float] = field(default_factory=list)

    def batches(self, phase: int, epoch: int, steps: int) -> keras.callbacks.Callback:
        """Make the callback that keeps the live line up to date within one epoch.

        Args:
            phase: number of the phase in the recipe, from 0.
            epoch: number of the epoch within it, from 0.
            steps: batches in the epoch.
        """
        return _LiveLine(self, phase, epoch, steps)

    def end_epoch(self, phase: int, epoch: int, row: dict[str, Any], trained: float) -> None:
        """Print the line of a finished epoch.

        Args:
            phase, epoch: as above.
            row: the epoch's losses and accuracies, as they stand in `history.csv`.
            trained: seconds that training took, without validation.
        """
        self._erase()
        self._losses.append(row["val_loss"])
        self._seconds.append(row["seconds"])
        parts = [
            self._where(phase, epoch),
            f"loss {row['loss']:.4f}",
            f"val loss {row['val_loss']:.4f}",
            f"accuracy {row['accuracy']:.1%}",
            f"val accuracy {row['val_accuracy']:.1%}",
            f"{self.photos / max(trained, 1e-9):.0f} photos/s",
            f"{clock(self._left(phase, epoch + 1))} left",
        ]
        if self.out.isatty():
            parts.append(curve(self._losses))
        print("  ".join(parts), file=self.out, flush=True)

    @property
    def epoch_seconds(self) -> float:
        """Seconds that the last epoch took, with validation; 0 before the first."""
        return self._seconds[-1] if self._seconds else 0.0

    def say_resumed(self, progress: TrainingProgress) -> None:
        """Say that a stopped run goes on, and from where."""
        of = f"phase {progress.phase + 1} of {len(self.recipe.phases)}, "
        epochs = f"{progress.epoch} of {self.recipe.phases[progress.phase].epochs} epochs done"
        print(f"Resuming a stopped run: {of}{epochs}.", file=self.out, flush=True)

    def say_trained(self) -> None:
        """Say that the epochs are over, and what comes before the model is there."""
        print("Training is done. Calibrating and exporting the best epoch.", file=self.out, flush=True)

    def say_time_is_up(self) -> None:
        """Say that the run's time ends before its epochs."""
        self._erase()
        print("The time is up: training stops here and keeps its best epoch.", file=self.out, flush=True)

    def say_stale(self, phase: int, progress: TrainingProgress) -> None:
        """Say that the validation loss no longer falls, and what early stopping will do."""
        if progress.stale < min(_PATIENT, self.recipe.patience):
            return
        best = progress.epoch - progress.stale
        stops = progress.stale >= self.recipe.patience
        then = (
            f"This phase stops here and goes back to epoch {best}."
            if stops
            else f"After {self.recipe.patience} such epochs this phase stops and goes back to epoch {best}."
        )
        epochs = f"{progress.stale} epoch{'s' if progress.stale > 1 else ''}"
        line = f"Validation loss has not improved for {epochs}; the best was epoch {best}. {then}"
        print(line, file=self.out, flush=True)

    def _where(self, phase: int, epoch: int) -> str:
        chosen = self.recipe.phases[phase]
        of = f"phase {phase + 1}/{len(self.recipe.phases)} " if len(self.recipe.phases) > 1 else ""
        return f"{of}{chosen.name!r}  epoch {epoch + 1}/{chosen.epochs}"

    def _left(self, phase: int, done: int) -> float:
        """Seconds for the epochs that are still to come, as if each took as long as the last one."""
        coming = (
            sum(later.epochs for later in self.recipe.phases[phase + 1 :]) + self.recipe.phases[phase].epochs - done
        )
        return coming * self.epoch_seconds

    def _erase(self) -> None:
        if self.live.isatty():
            self.live.write("\r\x1b[K")
            self.live.flush()


class _LiveLine(keras.callbacks.Callback):
    """Rewrites one line a few times a second: batches done, loss so far, speed, time left in this epoch."""

    def __init__(self, display: TrainingDisplay, phase: int, epoch: int, steps: int) -> None:
        super().__init__()
        self._display, self._phase, self._epoch, self._steps = display, phase, epoch, steps
        self._start = self._shown = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Show how far the epoch has come."""
        now, live = time.monotonic(), self._display.live
        if not live.isatty() or now - self._shown < _EVERY:
            return
        self._shown = now
        share = (batch + 1) / self._steps
        took = now - self._start
        rate = self._display.photos * share / took
        live.write(
            f"\r\x1b[K{self._display._where(self._phase, self._epoch)}  {share:.0%}  "
            f"loss {(logs or {}).get('loss', float('nan')):.4f}  {rate:.0f} photos/s  "
            f"{clock(took / share - took)} left in this epoch"
        )
        live.flush()
