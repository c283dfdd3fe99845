"""From a recipe and prepared photos to a model folder: the whole of a training, in order."""

from __future__ import annotations

import datetime
import hashlib
import shutil
from contextlib import redirect_stdout
from dataclasses import replace
from importlib import metadata
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import msgspec
import numpy as np

from pawsight.data import Dataset
from pawsight.data.licences import known_licences
from pawsight.model.card import GRAPH, Input, ModelCard, Precision, Thresholds, TrainingData
from pawsight.model.refusal import FILE
from pawsight.model.seal import seal
from pawsight.parallel import in_order
from pawsight.recipes import Recipe
from pawsight.runtime import golden
from pawsight.runtime.onnx import OnnxSession
from pawsight.train import data_parallel
from pawsight.train.both_figures import both_figures
from pawsight.train.calibrate import fit_budgets, fit_thresholds, limit_refusals
from pawsight.train.checkpoint import Checkpoint
from pawsight.train.export import export_onnx
from pawsight.train.fit import HISTORY, fit
from pawsight.train.fit_heads import Heads, fit_heads
from pawsight.train.leave_one_out import leave_one_kind_out
from pawsight.train.linear_probe import train_head
from pawsight.train.networks import Network, build
from pawsight.train.options import PLAIN, RunOptions
from pawsight.train.phase_model import make_phase_model, sample_photos
from pawsight.train.preflight import check_run, model_name, partial_folder, training_indices
from pawsight.train.quantise import quantise
from pawsight.train.trunk_outputs import serving_batches
from pawsight.train.weight_interpolation import interpolate
from pawsight.types import Floats

QUANTISING_MAY_COST = 0.002
GOLDEN_TOLERANCE = 0.05
LIBRARIES = ("keras", "numpy", "onnxruntime", "pillow", "tensorflow-cpu", "tensorflow", "torch", "jax")


def train(recipe: Recipe, data: Dataset, out: Path, weights: Path | None = None, options: RunOptions = PLAIN) -> Path:
    """Train a recipe, export it, and write its folder, all next to `out`; `publish` puts it in place.

    A killed run goes on where it was when called again with the same recipe, data and `out`.

    Args:
        recipe: what to train, and how.
        data: prepared photos, at least as large as the recipe wants them.
        out: the model folder to be.
        weights: a file of ImageNet weights, for networks whose weights no package has.
        options: how long the run may take, and where its curves are written.

    Returns:
        The model folder, complete but for what evaluation adds.

    Raises:
        BadData: as `preflight.check_run`.
        BadSettings: the devices cannot share a batch equally.
        TrainingStopped: a loss that is not finite, or an unfinished run of something else.
        ExportDiffers: the graph does not answer like the network.
    """
    check_run(recipe, data, out)
    network, recipe, checkpoint = _fit(recipe, data, partial_folder(out), weights, options)
    phase_model = make_phase_model(network, data, recipe, recipe.phases[-1], checkpoint.folder)
    losses = interpolate(network.logits, phase_model, data, recipe, checkpoint) if recipe.blends else {}
    record = {"blend_losses": {str(share): loss for share, loss in losses.items()}}
    return finish(network, data, recipe, checkpoint.folder, record)


def assist(recipe: Recipe, data: Dataset, weights: Path | None, options: RunOptions) -> None:
    """Compute the part of a process of `options.group` other than process 0, which gets what is learned.

    Args, Raises: see `train`. Nothing is printed, and no file stays.
    """
    quiet = replace(options, tensorboard=None)
    with TemporaryDirectory(prefix="pawsight-") as folder, redirect_stdout(StringIO()):
        _fit(recipe, data, Path(folder), weights, quiet)


def _fit(
    recipe: Recipe, data: Dataset, work: Path, weights: Path | None, options: RunOptions
) -> tuple[Network, Recipe, Checkpoint]:
    """Train through all phases, together with the other processes where there are any."""
    run = msgspec.json.encode([recipe, data.fingerprint, options.mixed_precision])
    with data_parallel.joined(options.group, run):
        data_parallel.check_batch(min(recipe.batch, len(training_indices(data, recipe))))
        keras.utils.set_random_seed(recipe.seed)
        checkpoint = Checkpoint(work, recipe, data.fingerprint)
        network = build(recipe, data.classes, weights)
        recipe = msgspec.structs.replace(recipe, phases=tuple(map(network.settle, recipe.phases)))
        if data_parallel.process_place()[0] == 0:
            _start(network, data, recipe, checkpoint)
        fit(network, data, recipe, checkpoint, options)
    return network, recipe, checkpoint


def finish(network: Network, data: Dataset, recipe: Recipe, work: Path, record: dict[str, Any]) -> Path:
    """Calibrate a trained network, export it, and write its folder.

    Args:
        network: trained.
        data, recipe: what it was trained on, and how.
        work: folder for the files on the way, with the training's history.
        record: what the card should say besides the recipe.
    """
    heads = fit_heads(network, data, recipe, work)
    record = {**record, "scaling": {"slope": heads.scaling.slope.tolist(), "bias": heads.scaling.bias.tolist()}}
    return _write_folder(heads, data, recipe, work, record)


def publish(out: Path) -> None:
    """Put a finished training in place, and remove its checkpoints."""
    partial = partial_folder(out)
    (partial / "model").replace(out)
    shutil.rmtree(partial)


def _start(network: Network, data: Dataset, recipe: Recipe, checkpoint: Checkpoint) -> None:
    if checkpoint.has("start"):
        checkpoint.load("start", network.logits)
        return
    if recipe.pretrained and not recipe.start:
        train_head(network, data, recipe, checkpoint.folder)
    checkpoint.save("start", network.logits)


def _write_folder(heads: Heads, data: Dataset, recipe: Recipe, work: Path, record: dict[str, Any]) -> Path:
    folder = work / "model"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(work / HISTORY, folder / HISTORY)
    serving = heads.network.serving()
    serving.save(folder / "model.keras")
    export_onnx(serving, work / "float32.onnx")
    precision = _choose_graph(work, folder, data, recipe)
    session = OnnxSession((folder / GRAPH).read_bytes(), threads=2)
    scores, targets = _held_out_scores(session, data, recipe), data.targets[data.indices("validation")]
    thresholds = limit_refusals(fit_thresholds(scores, targets, recipe.budget), scores, targets, recipe.refused)
    name = model_name(work.with_name(work.name.removesuffix(".partial")), data)
    card = _card(
        data, recipe, folder, name, session, precision, 1 / float(heads.scaling.slope.mean()), thresholds, record
    )
    if refusal := leave_one_kind_out(heads, thresholds, recipe):
        (folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(refusal), indent=2) + b"\n")
        card = msgspec.structs.replace(card, metrics=refusal.metrics())
    if len(data.classes) > 1:
        found = both_figures(session, data, recipe, thresholds)
        card = msgspec.structs.replace(card, metrics=card.metrics | found)
    seal(msgspec.structs.replace(card, budgets=fit_budgets(scores, targets)), folder)
    return folder


def _choose_graph(work: Path, folder: Path, data: Dataset, recipe: Recipe) -> Precision:
    """Put the int8 graph into the folder where it is as good as the float one on validation, else the float one."""
    exact = work / "float32.onnx"
    shutil.copy(exact, folder / GRAPH)
    if not recipe.quantise:
        return "float32"
    small = work / "int8.onnx"
    quantise(exact, small, sample_photos(data, recipe, recipe.size))
    if _accuracy(small, data, recipe) < _accuracy(exact, data, recipe) - QUANTISING_MAY_COST:
        return "float32"
    shutil.copy(small, folder / GRAPH)
    return "int8"


def _accuracy(graph: Path, data: Dataset, recipe: Recipe) -> float:
    targets = data.targets[data.indices("validation")]
    shown = targets.sum(axis=1) == 1
    scores = _held_out_scores(OnnxSession(graph.read_bytes()), data, recipe)
    return float((scores[shown].argmax(axis=1) == targets[shown].argmax(axis=1)).mean())


def _held_out_scores(session: OnnxSession, data: Dataset, recipe: Recipe) -> Floats:
    batches = serving_batches(data, data.indices("validation"), recipe)
    return np.concatenate(list(in_order(lambda batch: session.run(batch()).scores, batches, 2, 4)))


def _card(
    data: Dataset,
    recipe: Recipe,
    folder: Path,
    name: str,
    session: OnnxSession,
    precision: Precision,
    temperature: float,
    thresholds: Thresholds,
    record: dict[str, Any],
) -> ModelCard:
    today = datetime.datetime.now(datetime.UTC).date()
    digest = hashlib.sha256((folder / GRAPH).read_bytes()).hexdigest()
    card = ModelCard(
        name=name,
        version=f"{today:%Y.%m.%d}-{digest[:6]}",
        date=today.isoformat(),
        classes=list(data.classes),
        input=Input(size=recipe.size, fit=recipe.fit),
        thresholds=thresholds,
        temperature=temperature,
        precision=precision,
        recipe=msgspec.to_builtins(recipe) | record,
        data=TrainingData(data.fingerprint, data.splits, known_licences(data.description.sources)),
        libraries=_versions(),
        licence=recipe.licence,
        origin=recipe.origin,
        golden=golden.blank(data.classes, GOLDEN_TOLERANCE),
    )
    return msgspec.structs.replace(card, golden=golden.record(card, session))


def _versions() -> dict[str, str]:
    installed = {dist.metadata["Name"].lower(): dist.version for dist in metadata.distributions()}
    return {name: installed[name] for name in LIBRARIES if name in installed}
