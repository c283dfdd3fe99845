"""Each long command as one Python function; `pawsight.__all__` names them, next to `Classifier`.

Paths may be `str` or `Path`. Each function imports what it needs when it is called, and says which extra is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pawsight.arguments import optional, to_choice, to_count, to_flag, to_path, to_seed
from pawsight.classifier import Classifier
from pawsight.data import SPLITS, Dataset, open_dataset
from pawsight.data.manifest import DESCRIPTION
from pawsight.errors import BadSettings, PawsightError
from pawsight.extras import needs_extra
from pawsight.images import FIT_MODES
from pawsight.recipes import Recipe, choose, customize
from pawsight.text import shell_word
from pawsight.train.options import PLAIN, RunOptions
from pawsight.types import FitMode

if TYPE_CHECKING:
    from pawsight.data.prepare import Prepared
    from pawsight.evaluate.run import Evaluation
    from pawsight.export import ExportResult
    from pawsight.export.forms import To
    from pawsight.learn import Forecast, Learned
    from pawsight.model.card import Precision
    from pawsight.model.metrics import Metrics

AnyPath = str | Path


def forecast_classes(source: AnyPath, *, base: AnyPath = "default", exclusive: bool = True, seed: int = 0) -> Forecast:
    """Forecast how good a model of your own classes becomes, and how long that takes. Nothing is written.

    Args, Raises: see `learn_classes`.
    """
    source, base = to_path(source, "source"), to_path(base, "base")
    exclusive, seed = to_flag(exclusive, "exclusive"), to_seed(seed)
    with needs_extra("learn"):
        from pawsight.learn import forecast
    return forecast(source, base=base, exclusive=exclusive, seed=seed)


def learn_classes(
    source: AnyPath, out: AnyPath, *, base: AnyPath = "default", exclusive: bool = True, seed: int = 0
) -> Learned:
    """Make a model of your own classes, in seconds: a new last layer on the features of a finished model.

    Args:
        source: a zip, or a folder with a folder of photos for each class; `neither` holds photos of none of them.
        out: model folder to write; it appears when complete.
        base: model whose features are used: `default`, a shipped model's name, or a folder.
        exclusive: whether a photo shows one class at most.
        seed: of all that is drawn.

    Raises:
        BadData: `out` exists, or there are too few classes or photos.
        BadSettings: an argument is of another type, or impossible.
        MissingExtra: the extra `learn` is not installed.
    """
    source, out, base = to_path(source, "source"), to_path(out, "out"), to_path(base, "base")
    exclusive, seed = to_flag(exclusive, "exclusive"), to_seed(seed)
    with needs_extra("learn"):
        from pawsight.learn import learn
    return learn(source, out, base=base, exclusive=exclusive, seed=seed)


def prepare_data(
    source: AnyPath,
    out: AnyPath,
    *,
    size: int = 224,
    fit: FitMode = "crop",
    seed: int = 0,
    neither: AnyPath | Sequence[AnyPath] = (),
) -> Prepared:
    """Open, check and split photos, and store them at one size, ready for training.

    Args:
        source: a zip, a folder with a folder of photos for each class, or a folder of names like `cat.0.jpg`.
        out: folder to write; it appears when complete.
        size: side of the stored photos, in pixels.
        fit: how photos are fitted to a square: `crop`, `pad` or `squash`.
        seed: of the split.
        neither: zips or folders of photos that show none of the classes.

    Raises:
        BadData: there are no photos of a class, or `out` holds something else.
        BadSettings: an argument is of another type, or impossible.
        MissingExtra: the extra `learn` is not installed.
    """
    source, out = to_path(source, "source"), to_path(out, "out")
    size, fit, seed = to_count(size, "size", 32, 1024), to_choice(fit, "fit", FIT_MODES), to_seed(seed)
    others = [to_path(one, "neither") for one in (neither if isinstance(neither, Sequence) else [neither])]
    with needs_extra("learn"):
        from pawsight.data.prepare import prepare
    return prepare(source, out, size=size, fit=fit, seed=seed, neither=others)


def train_model(
    recipe: str | Recipe,
    data: AnyPath | Dataset,
    out: AnyPath,
    *,
    epochs: int | None = None,
    photos: int | None = None,
    seed: int | None = None,
    weights: AnyPath | None = None,
    balance: bool = False,
    preview: AnyPath | None = None,
    tensorboard: AnyPath | None = None,
    mixed_precision: bool | None = None,
    split: str = "validation",
) -> Metrics:
    """Train a network, export it, measure it, and write its model folder; an interrupted run goes on when repeated.

    Args:
        recipe: name of a recipe, or of a network of `keras.applications`; or a recipe itself.
        data: what `prepare_data` wrote.
        out: model folder to write; it appears when complete.
        epochs: at most so many in each phase.
        photos: use only so many training photos.
        seed: in place of the recipe's.
        weights: file of ImageNet weights, or `none` to start from nothing; both for `keras.applications` only.
        balance: whether a class with few photos counts as much as one with many.
        preview: HTML page to write first, which shows photos as the network is going to see them.
        tensorboard: folder that gets the curves for TensorBoard; `history.csv` in the model folder has them anyway.
        mixed_precision: whether to compute in bfloat16 while training; None: where an accelerator is faster in it.
        split: which photos the finished model is measured on.

    Returns:
        The measured figures, with intervals.

    Raises:
        BadData: `out` exists, or the run could not end well; said before any heavy library loads.
        TrainingStopped: another run writes to `out`, or the loss is no number any more.
        BadSettings: an argument is of another type, or impossible.
        MissingExtra: the extra `train` is not installed.
    """
    out, split = to_path(out, "out"), to_choice(split, "split", SPLITS)
    start = None if str(weights) == "none" else optional(to_path, weights, "weights")
    preview = optional(to_path, preview, "preview")
    options = RunOptions(
        optional(to_path, tensorboard, "tensorboard"),
        mixed_precision=optional(to_flag, mixed_precision, "mixed_precision"),
    )
    epochs, photos = optional(to_count, epochs, "epochs"), optional(to_count, photos, "photos")
    seed, balance = optional(to_seed, seed, "seed"), to_flag(balance, "balance")
    dataset = _dataset(data)
    if isinstance(recipe, str):
        recipe = choose(recipe, dataset.size, dataset.fit, pretrained=str(weights) != "none")
    elif not isinstance(recipe, Recipe):
        raise BadSettings(f"recipe must be a name or a Recipe, but is of type {type(recipe).__name__}.")
    chosen = customize(recipe, epochs, photos=photos, seed=seed, balance=balance or None)
    return run_training(chosen, dataset, out, start, split, options, preview)


def run_training(
    recipe: Recipe,
    data: Dataset,
    out: Path,
    weights: Path | None,
    split: str,
    options: RunOptions = PLAIN,
    preview: Path | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Metrics:
    """Train, put the model in place, and measure it.

    Args:
        recipe: what to train, and how.
        data, out, weights, split, preview: see `train_model`.
        options: how long the run may take, and where its curves are written.
        tell: called with a line once the model stands in its place.
    """
    with needs_extra("train"):
        from pawsight.train.preflight import check_options, check_run, only_run
    with only_run(out):
        check_run(recipe, data, out)  # before TensorFlow takes its seconds to load
        check_options(options, weights)
        with needs_extra("train"):
            from pawsight.batch.distribution_shift import add_reference
            from pawsight.evaluate.write import evaluate_into
            from pawsight.report.preview import write_preview
            from pawsight.train.run import publish, train
        if preview:
            write_preview(data, recipe, preview)
            tell(f"Wrote {preview}: photos as the network is going to see them.")
        add_reference(train(recipe, data, out, weights, options), data)
        publish(out)
    tell(f"Trained {out}. Measuring it on the {split} split.")
    try:
        return evaluate_into(out, data, split)
    except PawsightError as error:
        again = f"Repeat: pawsight evaluate {shell_word(out)} --data {shell_word(data.folder)} --split {split}"
        raise type(error)(f"The model stands in {out}, but measuring it failed. {error.message}", again) from error


def assist_training(recipe: Recipe, data: Dataset, weights: Path | None, options: RunOptions) -> None:
    """Compute the part of a process of `options.group` other than process 0, which writes and measures the model.

    Args: see `train_model`.
    """
    with needs_extra("train"):
        from pawsight.train.preflight import check_options

        check_options(options, weights)
        from pawsight.train.run import assist
    assist(recipe, data, weights, options)


def evaluate_model(model: AnyPath | Classifier, data: AnyPath | Dataset, split: str = "test") -> Evaluation:
    """Measure a model on a split of prepared photos, or on all photos of a zip or folder with a folder per class.

    Args:
        model: `default`, a shipped model's name, a folder or file, or a loaded `Classifier`.
        data: what `prepare_data` wrote, or photos as it takes them.
        split: `train`, `validation` or `test`; of prepared photos only.

    Raises:
        BadData: the photos are of other classes than the model's, or the split has none.
        BadSettings: there is no such split, or an argument is of another type.
        MissingExtra: the extra `learn` is not installed.
    """
    split = to_choice(split, "split", SPLITS)
    data = data if isinstance(data, Dataset) else to_path(data, "data")
    with needs_extra("learn"):
        from pawsight.evaluate.run import evaluate
    classifier = model if isinstance(model, Classifier) else Classifier.load(model)
    if isinstance(data, Dataset) or (data / DESCRIPTION).exists():
        return evaluate(classifier, _dataset(data), split)
    with TemporaryDirectory(prefix="pawsight-") as folder, needs_extra("learn"):
        from pawsight.data.prepare import prepare

        wanted = classifier.card.input
        done = prepare(data, Path(folder, "set"), size=wanted.size, fit=wanted.fit, only_split="test")
        return evaluate(classifier, open_dataset(done.folder), "test")


def export_model(
    model: AnyPath,
    to: To,
    *,
    precision: Precision | None = None,
    out: AnyPath | None = None,
    data: AnyPath | Dataset | None = None,
) -> ExportResult:
    """Write a model in the format of another runtime, compared with its source before it is kept.

    Args:
        model: `default`, a shipped model's name, a folder, or an exported ONNX file.
        to: `onnx`, `litert`, `openvino`, `keras` or `savedmodel`.
        precision: what weights are stored in; None for the model's own in ONNX and OpenVINO, float32 in others.
        out: file, or folder of a SavedModel or of OpenVINO; None for a name made of the model's.
        data: what `prepare_data` wrote, to compare on its test photos and to calibrate int8.

    Raises:
        BadSettings: there is no such format, or something stands at `out`.
        ExportDiffers: what was written does not answer like the model; nothing of it is kept.
        MissingExtra: the extra `train`, or `openvino` for that format, is not installed.
    """
    with needs_extra("train"):
        from pawsight.export import PRECISIONS, TARGETS, Exporter, choose

        to = to_choice(to, "to", TARGETS)
        precision = None if precision is None else to_choice(precision, "precision", PRECISIONS)
        path = optional(to_path, out, "out")
        exporter = Exporter(to_path(model, "model"), None if data is None else _dataset(data))
        form = choose(to, precision, exporter.card.precision)
        (result,) = exporter.export({form: path or Path(form.filename(exporter.card.name))})
    return result


def _dataset(data: AnyPath | Dataset) -> Dataset:
    return data if isinstance(data, Dataset) else open_dataset(to_path(data, "data"))
