"""From a recipe and prepared photos to a model folder: the whole of a training, in order."""

from __future__ import annotations

import datetime
import hashlib
import shutil
from importlib import metadata
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np

from pawsight.card import GRAPH, Data, Input, ModelCard, Precision, Thresholds, seal
from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.parallel import in_order
from pawsight.recipes import Recipe
from pawsight.runtime import golden
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.blend import blend
from pawsight.train.calibrate import fit_budgets, fit_gate, fit_temperature, fit_thresholds
from pawsight.train.checkpoint import Checkpoint
from pawsight.train.export import export_onnx
from pawsight.train.feed import Feed
from pawsight.train.fit import HISTORY, fit
from pawsight.train.linear import train_head
from pawsight.train.networks import Network, build
from pawsight.train.quantise import quantise
from pawsight.train.student import LOGITS, Student, make_student, sample_photos
from pawsight.types import Floats

QUANTISING_MAY_COST = 0.002
GOLDEN_TOLERANCE = 0.05
LIBRARIES = ("keras", "numpy", "onnxruntime", "pillow", "tensorflow-cpu", "tensorflow", "torch", "jax")


def train(recipe: Recipe, data: Dataset, out: Path, weights: Path | None = None) -> Path:
    """Train a recipe, export it, and write its folder, all beside `out`; `publish` puts it in place.

    A killed run goes on where it was when called again with the same recipe, data and `out`.

    Args:
        recipe: what to train, and how.
        data: prepared photos, at least as large as the recipe wants them.
        out: the model folder to be.
        weights: a file of ImageNet weights, for networks that do not bring them.

    Returns:
        The model folder, complete but for what evaluation adds.

    Raises:
        BadData: the photos were prepared for another input, or `out` exists.
        TrainingStopped: a loss that is not finite, or an unfinished run of something else.
        ExportDiffers: the graph does not answer like the network.
    """
    _check(recipe, data, out)
    keras.utils.set_random_seed(recipe.seed)
    checkpoint = Checkpoint(_partial(out), recipe, data.fingerprint)
    network = build(recipe, data.classes, weights)
    recipe = msgspec.structs.replace(recipe, phases=tuple(map(network.settle, recipe.phases)))
    _start(network, data, recipe, checkpoint)
    fit(network, data, recipe, checkpoint)
    student = make_student(network, data, recipe, recipe.phases[-1], checkpoint.folder)
    losses = blend(network.logits, student, data, recipe, checkpoint) if recipe.blends else {}
    record = {"blend_losses": {str(share): loss for share, loss in losses.items()}}
    return finish(network, student, data, recipe, checkpoint.folder, record)


def finish(
    network: Network, student: Student, data: Dataset, recipe: Recipe, work: Path, record: dict[str, Any]
) -> Path:
    """Calibrate a trained network, export it, and write its folder.

    Args:
        network, student: trained; the student answers for validation.
        data, recipe: what it was trained on, and how.
        work: folder for the files on the way, with the training's history.
        record: what the card should say beside the recipe.
    """
    temperature = _calibrate(network, student, data, recipe)
    return _write_folder(network, data, recipe, work, temperature, record)


def publish(out: Path) -> None:
    """Put a finished training in place, and remove its checkpoints."""
    partial = _partial(out)
    (partial / "model").replace(out)
    shutil.rmtree(partial)


def _partial(out: Path) -> Path:
    return out.with_name(f"{out.name}.partial")


def _check(recipe: Recipe, data: Dataset, out: Path) -> None:
    if out.exists():
        raise BadData(f"Expected a new folder for the model, but {out} exists.", "Choose another --out.")
    if data.size < recipe.size or data.fit != recipe.fit:
        raise BadData(
            f"Recipe {recipe.name} wants photos prepared at {recipe.size} pixels or more with {recipe.fit}, "
            f"but these have {data.size} with {data.fit}.",
            f"Prepare them with --size {recipe.size} --fit {recipe.fit}.",
        )


def _start(network: Network, data: Dataset, recipe: Recipe, checkpoint: Checkpoint) -> None:
    if checkpoint.has("start"):
        checkpoint.load("start", network.logits)
        return
    if recipe.pretrained:
        train_head(network, data, recipe, checkpoint.folder)
    checkpoint.save("start", network.logits)


def _calibrate(network: Network, student: Student, data: Dataset, recipe: Recipe) -> float:
    """Fit the temperature and the gate on validation, and put them into the network: every runtime is calibrated."""
    held_out = data.indices("validation")
    targets, read = data.targets[held_out], student.read(data, held_out, recipe)
    temperature = fit_temperature(read[LOGITS], targets)
    network.head.set_weights([weights / temperature for weights in network.head.get_weights()])
    if network.gate:
        evidence = keras.ops.convert_to_numpy(network.gate.evidence(read["features"]))[:, 0]
        network.gate.set(*fit_gate(evidence[targets.sum(axis=1) > 0]))
    return temperature


def _write_folder(
    network: Network, data: Dataset, recipe: Recipe, work: Path, temperature: float, record: dict[str, Any]
) -> Path:
    folder = work / "model"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(work / HISTORY, folder / HISTORY)
    serving = network.serving()
    serving.save(folder / "model.keras")
    export_onnx(serving, work / "float32.onnx")
    precision = _choose_graph(work, folder, data, recipe)
    session = OnnxSession((folder / GRAPH).read_bytes(), threads=2)
    scores, targets = _held_out_scores(session, data, recipe), data.targets[data.indices("validation")]
    card = _card(data, recipe, folder, session, precision, temperature, fit_thresholds(scores, targets), record)
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
    feed = Feed(data, data.indices("validation"), recipe)
    batches = in_order(lambda number: session.run(feed.pixels(number)).scores, range(len(feed)), 2, 4)
    return np.concatenate(list(batches))


def _card(
    data: Dataset,
    recipe: Recipe,
    folder: Path,
    session: OnnxSession,
    precision: Precision,
    temperature: float,
    thresholds: Thresholds,
    record: dict[str, Any],
) -> ModelCard:
    today = datetime.datetime.now(datetime.timezone.utc).date()
    digest = hashlib.sha256((folder / GRAPH).read_bytes()).hexdigest()
    card = ModelCard(
        name=recipe.name,
        version=f"{today:%Y.%m.%d}-{digest[:6]}",
        date=today.isoformat(),
        classes=list(data.classes),
        input=Input(size=recipe.size, fit=recipe.fit),
        thresholds=thresholds,
        temperature=temperature,
        precision=precision,
        recipe=msgspec.to_builtins(recipe) | record,
        data=Data(fingerprint=data.fingerprint, splits=data.splits),
        libraries=_versions(),
        licence=recipe.licence,
        origin=recipe.origin,
        golden=golden.blank(data.classes, GOLDEN_TOLERANCE),
    )
    return msgspec.structs.replace(card, golden=golden.record(card, session))


def _versions() -> dict[str, str]:
    installed = {dist.metadata["Name"].lower(): dist.version for dist in metadata.distributions()}
    return {name: installed[name] for name in LIBRARIES if name in installed}
