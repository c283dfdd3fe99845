"""The training loop: phases of epochs, the best weights kept, and a record of every epoch."""

from __future__ import annotations

import csv
import math
import sys
import time
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np

from pawsight.data import Dataset
from pawsight.errors import TrainingStopped
from pawsight.recipes import Phase, Recipe
from pawsight.train.checkpoint import Checkpoint, Progress
from pawsight.train.feed import Feed, training_indices
from pawsight.train.networks import Network, freeze
from pawsight.train.student import IMAGENET, LOGITS, Student, make_student
from pawsight.train.teacher import teach

WARM_UP = 0.05
HISTORY = "history.csv"


def verbosity() -> int:
    """Keras' `verbose`: a bar with the time left for people, a line an epoch for files."""
    return 1 if sys.stdout.isatty() else 2


class StopOnNonFinite(keras.callbacks.Callback):
    """Stop a run whose loss is no number any more, naming the step."""

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise TrainingStopped(
                f"Expected a finite loss, but it became {loss} at step {batch + 1} of this epoch.",
                "Lower the recipe's learning rate; the checkpoint of the epoch before is kept.",
            )


def fit(network: Network, data: Dataset, recipe: Recipe, checkpoint: Checkpoint) -> None:
    """Train through all phases, from where the checkpoint stands; ends with the best weights of the last phase."""
    first = max(0, checkpoint.progress.phase)
    if checkpoint.has("best"):
        checkpoint.load("best", network.logits)
    for number in range(first, len(recipe.phases)):
        _train_phase(network, data, recipe, number, checkpoint)
        checkpoint.load("best", network.logits)


def _train_phase(network: Network, data: Dataset, recipe: Recipe, number: int, checkpoint: Checkpoint) -> None:
    phase = recipe.phases[number]
    indices = training_indices(data, recipe)
    freeze(network, phase.learn_from, recipe.pretrained)
    student = make_student(network, data, recipe, phase, checkpoint.folder)
    _compile(student.model, recipe, phase, steps=phase.epochs * math.ceil(len(indices) / recipe.batch))
    progress = checkpoint.progress
    if progress.phase == number:
        checkpoint.load("last", student.model)
    else:
        progress = Progress(phase=number)
    first = sum(earlier.epochs for earlier in recipe.phases[:number])
    while progress.epoch < phase.epochs and progress.stale < recipe.patience:
        epoch = first + progress.epoch
        size = phase.size(progress.epoch, recipe.size)
        feed = _feed(student, data, recipe, epoch, size, checkpoint.folder)
        row = _train_epoch(student, feed, data, recipe)
        progress = _advance(progress, row["val_loss"])
        if progress.stale == 0:
            checkpoint.save("best", network.logits)
        _record(checkpoint.folder / HISTORY, {"phase": phase.name, "epoch": epoch + 1} | row)
        checkpoint.save("last", student.model, progress)


class _Accuracy(keras.metrics.BinaryAccuracy):
    """Of targets that are a teacher's scores, it counts which side of a half they are on."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(keras.ops.cast(y_true > 0.5, y_pred.dtype), y_pred, sample_weight)


def _compile(model: keras.Model, recipe: Recipe, phase: Phase, steps: int) -> None:
    warm_up = max(1, round(WARM_UP * steps))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, warmup_target=phase.rate, warmup_steps=warm_up, name="one_cycle"
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    losses = {LOGITS: keras.losses.BinaryCrossentropy(from_logits=True)}
    if IMAGENET in model.output:
        losses[IMAGENET] = keras.losses.CategoricalCrossentropy(from_logits=True)
    weights = {LOGITS: 1.0, IMAGENET: recipe.keep_imagenet}
    model.compile(
        optimizer,
        losses,
        loss_weights={name: weights[name] for name in losses},
        metrics={LOGITS: [_Accuracy(name="accuracy", threshold=0.0)]},
        # Compiling with XLA takes minutes and gains nothing on a processor.
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
    model.optimizer.build(model.trainable_variables)


def _feed(student: Student, data: Dataset, recipe: Recipe, epoch: int, size: int, folder: Path) -> Feed:
    """The training photos of one epoch; with the teacher's scores for targets where there is one."""
    indices = training_indices(data, recipe)
    if not recipe.teacher:
        return Feed(data, indices, recipe, epoch, size=size, show=student.show)
    view = epoch % recipe.views
    taught = teach(data, recipe, view, folder)
    return Feed(data, indices, recipe, epoch, view=view, size=size, targets=taught, show=student.show)


def _train_epoch(student: Student, feed: Feed, data: Dataset, recipe: Recipe) -> dict[str, float]:
    start = time.monotonic()
    held_out = Feed(data, data.indices("validation"), recipe, show=student.show)
    model = student.model
    history = model.fit(feed, epochs=1, shuffle=False, callbacks=[StopOnNonFinite()], verbose=verbosity()).history
    row = {name: values[-1] for name, values in history.items()}
    row |= {f"val_{name}": value for name, value in model.evaluate(held_out, return_dict=True, verbose=0).items()}
    # The loss on labels alone, where Keras adds that on ImageNet's answers to it.
    row |= {name.replace(f"{LOGITS}_", ""): value for name, value in row.items() if f"{LOGITS}_" in name}
    row = {name: value for name, value in row.items() if f"{LOGITS}_" not in name}
    return row | {"seconds": round(time.monotonic() - start, 1)}


def _advance(progress: Progress, loss: float) -> Progress:
    if not math.isfinite(loss):
        raise TrainingStopped(f"Expected a finite validation loss, but it became {loss}.", "Lower the learning rate.")
    better = loss < progress.best
    return msgspec.structs.replace(
        progress,
        epoch=progress.epoch + 1,
        best=min(loss, progress.best),
        stale=0 if better else progress.stale + 1,
    )


def _record(path: Path, row: dict[str, Any]) -> None:
    """Add an epoch to the history, in place of what an earlier try, killed before its checkpoint, said of it."""
    rows: list[dict[str, Any]] = []
    if path.exists():
        with path.open(newline="") as file:
            rows = [old for old in csv.DictReader(file) if int(old["epoch"]) < row["epoch"]]
    rows.append({name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()})
    part = path.with_suffix(".part")
    with part.open("w", newline="") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.replace(path)


def validation_loss(student: Student, data: Dataset, recipe: Recipe) -> float:
    """Mean binary cross-entropy on the validation split."""
    held_out = data.indices("validation")
    logits = student.read(data, held_out, recipe)[LOGITS]
    return float(np.mean(np.logaddexp(0, logits) - data.targets[held_out] * logits))
