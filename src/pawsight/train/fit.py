"""The training loop: phases of epochs, the best weights kept, and a record of every epoch."""

from __future__ import annotations

import csv
import math
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np

from pawsight.data import Dataset
from pawsight.errors import TrainingStopped
from pawsight.recipes import Phase, Recipe
from pawsight.storage.atomic import replacing
from pawsight.train import data_parallel
from pawsight.train.balance import loss_weights
from pawsight.train.checkpoint import Checkpoint, TrainingProgress
from pawsight.train.display import TrainingDisplay
from pawsight.train.distill import teacher_scores
from pawsight.train.loader import PhotoLoader
from pawsight.train.mixed_precision import is_faster, mixed_precision
from pawsight.train.networks import Network, freeze
from pawsight.train.options import PLAIN, RunOptions
from pawsight.train.phase_model import IMAGENET, LOGITS, PhaseModel, make_phase_model
from pawsight.train.preflight import training_indices
from pawsight.train.tensorboard import write_scalars

WARM_UP = 0.05
AVERAGED = 0.05  # share of a phase's steps that the statistics of batch normalization average over, at most
HISTORY = "history.csv"


class StopOnNonFinite(keras.callbacks.Callback):
    """Stop a run whose loss is no number any more, naming the step."""

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise TrainingStopped(
                f"Expected a finite loss, but it became {loss} at step {batch + 1} of this epoch.",
                "Lower the recipe's learning rate; the checkpoint of the epoch before is kept.",
            )


class StopAtDeadline(keras.callbacks.Callback):
    """End an epoch before its time where the run has no more of it."""

    def __init__(self, options: RunOptions) -> None:
        super().__init__()
        self._options = options

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.model.stop_training = not self._options.has_time(0)


def fit(network: Network, data: Dataset, recipe: Recipe, checkpoint: Checkpoint, options: RunOptions = PLAIN) -> None:
    """Train through all phases, from where the checkpoint stands; ends with the best weights of the last phase."""
    first = max(0, _progress(checkpoint).phase)
    display = TrainingDisplay(recipe, len(training_indices(data, recipe)))
    if checkpoint.progress.phase >= 0:
        display.say_resumed(checkpoint.progress)
    if checkpoint.has("best"):
        checkpoint.load("best", network.logits)
    mixed = is_faster() if options.mixed_precision is None else options.mixed_precision
    for number in range(first, len(recipe.phases)):
        data_parallel.take_over(network.logits.variables)
        if options.has_time(display.epoch_seconds):
            with mixed_precision(network.trunk, mixed):
                _train_phase(network, data, recipe, number, checkpoint, display, options)
        if checkpoint.has("best"):  # else no epoch fitted into the time, and the head of the start stays
            checkpoint.load("best", network.logits)
    display.say_trained()


def _progress(checkpoint: Checkpoint) -> TrainingProgress:
    """Return how far the run has come, as process 0 has it."""
    first = data_parallel.gather(msgspec.msgpack.encode(checkpoint.progress))[0]
    return msgspec.msgpack.decode(first, type=TrainingProgress)


def _train_phase(
    network: Network,
    data: Dataset,
    recipe: Recipe,
    number: int,
    checkpoint: Checkpoint,
    display: TrainingDisplay,
    options: RunOptions,
) -> None:
    phase = recipe.phases[number]
    phase_model, progress = _begin_phase(network, data, recipe, number, checkpoint)
    first = sum(earlier.epochs for earlier in recipe.phases[:number])
    with data_parallel.on_all_devices([*phase_model.model.variables, *phase_model.model.optimizer.variables]):
        _build_metrics(phase_model, data, recipe)
        while progress.epoch < phase.epochs and progress.stale < recipe.patience:
            if not options.has_time(display.epoch_seconds):
                return display.say_time_is_up()
            epoch = first + progress.epoch
            size = phase.size(progress.epoch, recipe.size)
            feed = _feed(phase_model, data, recipe, epoch, size, checkpoint.folder)
            data_parallel.gather()
            start = time.monotonic()
            watchers = [StopOnNonFinite(), StopAtDeadline(options), display.batches(number, progress.epoch, len(feed))]
            trained = _train_epoch(phase_model, feed, watchers)
            took = time.monotonic() - start
            row = trained | _validate(phase_model, data, recipe)
            row = _by_labels(row) | {"seconds": round(time.monotonic() - start, 1)}
            display.end_epoch(number, progress.epoch, row, took)
            progress = _advance(progress, row["val_loss"])
            if progress.stale == 0:
                checkpoint.save("best", network.logits)
            _record(checkpoint.folder / HISTORY, {"phase": phase.name, "epoch": epoch + 1} | row)
            if options.tensorboard:
                write_scalars(options.tensorboard, epoch + 1, row)
            checkpoint.save("last", phase_model.model, progress)
            display.say_stale(number, progress)


def _begin_phase(
    network: Network, data: Dataset, recipe: Recipe, number: int, checkpoint: Checkpoint
) -> tuple[PhaseModel, TrainingProgress]:
    """Return a phase's compiled model, and how far the phase has come; the model's state is loaded in process 0."""
    phase = recipe.phases[number]
    freeze(network, phase.learn_from, recipe.pretrained or bool(recipe.start and phase.learn_from))
    phase_model = make_phase_model(network, data, recipe, phase, checkpoint.folder)
    steps = phase.epochs * max(1, len(training_indices(data, recipe)) // recipe.batch)
    limit_momentum(network.trunk, steps)
    _compile(phase_model.model, recipe, phase, steps)
    progress = _progress(checkpoint)
    if progress.phase != number:
        return phase_model, TrainingProgress(phase=number)
    if data_parallel.process_place()[0] == 0:
        checkpoint.load("last", phase_model.model)
    return phase_model, progress


class _Accuracy(keras.metrics.BinaryAccuracy):
    """Of targets that are a teacher's scores, it counts which side of a half they are on."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(keras.ops.cast(y_true > 0.5, y_pred.dtype), y_pred, sample_weight)


def _compile(model: keras.Model, recipe: Recipe, phase: Phase, steps: int) -> None:
    warm_up = max(1, round(WARM_UP * steps))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm_up), warmup_target=phase.rate, warmup_steps=warm_up, name="one_cycle"
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    losses = {LOGITS: keras.losses.BinaryCrossentropy(from_logits=True)}
    if IMAGENET in model.output:
        losses[IMAGENET] = keras.losses.CategoricalCrossentropy(from_logits=True)
    weights = {LOGITS: 1.0, IMAGENET: recipe.keep_imagenet}
    with data_parallel.created_on_all_devices():  # what counts the loss
        model.compile(
            optimizer,
            losses,
            loss_weights={name: weights[name] for name in losses},
            metrics={LOGITS: [_Accuracy(name="accuracy", threshold=0.0)]},
            # Compiling with XLA takes minutes and gains nothing on a processor.
            jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
        )


def _feed(phase_model: PhaseModel, data: Dataset, recipe: Recipe, epoch: int, size: int, folder: Path) -> PhotoLoader:
    """The training photos of one epoch; with the teacher's scores for targets where there is one."""
    view = epoch % recipe.views if recipe.teacher else None
    taught = teacher_scores(data, recipe, epoch % recipe.views, folder) if recipe.teacher else None
    indices = training_indices(data, recipe)
    return PhotoLoader(
        data,
        indices,
        recipe,
        epoch,
        view=view,
        size=size,
        targets=taught,
        show=phase_model.show,
        weights=loss_weights(data, indices, recipe),
        whole_batches=True,
        part=data_parallel.process_place(),
    )


def limit_momentum(trunk: keras.Model, steps: int) -> None:
    """Let the statistics of batch normalization follow in a short run: no momentum outlasts `AVERAGED` of its steps.

    With Keras' 0.999 and a few hundred steps, what a network serves with would still be its first values.
    """
    most = 1 - 1 / max(2.0, AVERAGED * steps)
    for layer in trunk.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, most)


def _train_epoch(
    phase_model: PhaseModel, feed: PhotoLoader, watchers: list[keras.callbacks.Callback]
) -> dict[str, float]:
    history = phase_model.model.fit(feed, epochs=1, shuffle=False, callbacks=watchers, verbose=0).history
    return {name: values[-1] for name, values in history.items()}


def _build_metrics(phase_model: PhaseModel, data: Dataset, recipe: Recipe) -> None:
    """Let Keras build its metrics on other photos than those of an epoch.

    It takes a batch for that, and what a loader's threads have prepared by then it shows out of order, as much as the
    threads were quick: some photos twice, others not. (On TensorFlow it does not.)
    """
    if keras.backend.backend() != "tensorflow":
        _validate(phase_model, data, recipe, recipe.batch)


def _validate(phase_model: PhaseModel, data: Dataset, recipe: Recipe, most: int | None = None) -> dict[str, float]:
    held_out, means = data.indices("validation")[:most], dict[str, float]()
    shared, rest = np.split(held_out, [len(held_out) - len(held_out) % data_parallel.device_count()])
    ways = ((shared, data_parallel.process_place(), nullcontext()), (rest, (0, 1), data_parallel.whole_batches()))
    for indices, part, way in ways:
        if not len(indices):
            continue
        feed = PhotoLoader(data, indices, recipe, show=phase_model.show, part=part)
        with way:
            measured = phase_model.model.evaluate(feed, return_dict=True, verbose=0)
        for name, value in measured.items():
            means[f"val_{name}"] = means.get(f"val_{name}", 0.0) + value * (len(indices) / len(held_out))
    return means


def _by_labels(row: dict[str, float]) -> dict[str, float]:
    """Keep the loss on labels alone, where Keras adds that on the ImageNet head's predictions to it."""
    row |= {name.replace(f"{LOGITS}_", ""): value for name, value in row.items() if f"{LOGITS}_" in name}
    return {name: value for name, value in row.items() if f"{LOGITS}_" not in name}


def _advance(progress: TrainingProgress, loss: float) -> TrainingProgress:
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
    with replacing(path) as part, part.open("w", newline="") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def validation_loss(phase_model: PhaseModel, data: Dataset, recipe: Recipe) -> float:
    """Mean binary cross-entropy on the validation split."""
    held_out = data.indices("validation")
    logits = phase_model.read(data, held_out, recipe)[LOGITS]
    return float(np.mean(np.logaddexp(0, logits) - data.targets[held_out] * logits))
