"""`pawsight evaluate`: how good a model is, measured on photos it never saw, and whether another is better."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pawsight.cli.cluster import engine_option
from pawsight.cli.form import form_option
from pawsight.cli.given import is_given
from pawsight.cli.paths import check_inputs, check_outputs
from pawsight.cli.progress import progress_bar
from pawsight.extras import needs_extra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pawsight.data import Dataset
    from pawsight.evaluate.corrections import CorrectedFigures
    from pawsight.evaluate.run import Engine, Evaluation
    from pawsight.model.refusal import Refusal

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)
SEEN_SHOWN = 10  # photos that a model learned from are named up to here


@click.command()
@click.argument("models", nargs=-1, required=True, metavar="MODEL... [FOLDER]")
@click.option("--data", type=PATH, help="What `pawsight data prepare` wrote, or a folder or zip of classes.")
@click.option(
    "--split",
    default="test",
    show_default=True,
    type=click.Choice(["train", "validation", "test"]),
    help="Which photos.",
)
@form_option("text", "json")
@engine_option()
@click.option("--write-budgets", is_flag=True, help="Also measure error budgets on validation, into MODEL's card.")
@click.option("--corrections", type=FILE, help="CSV of path,label: also judge by labels that a person put right.")
@click.option("--out", type=PATH, help="Also write metrics, predictions and figures there.")
@click.option("--report", type=FILE, help="Also write one HTML page with figures and photos, which opens offline.")
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=400,
    show_default=True,
    help="Photos to measure robustness on, for the report; 0 leaves it out.",
)
def command(
    models: tuple[str, ...],
    data: Path | None,
    split: str,
    form: str,
    engine: str,
    write_budgets: bool,
    corrections: Path | None,
    out: Path | None,
    report: Path | None,
    sample: int,
) -> None:
    """Measure MODEL (a folder or a shipped model's name) on a split of prepared photos, or on all photos of FOLDER.

    FOLDER, or --data, may also be a plain folder or zip with a folder per class: all its photos are then measured on.

    The exported graph answers, from the original files, exactly as it does for users. Every number comes with the
    count of photos it rests on and its 95 % interval. Several models answer for the same photos; one is called better
    than another only where McNemar's exact test shows it (p < 0.05).

    \b
    Examples:
      pawsight evaluate default photos/
      pawsight evaluate default --data catsdogs --out evaluation
      pawsight evaluate default runs/scratch --data catsdogs
      pawsight evaluate my-model --data catsdogs --write-budgets
      pawsight evaluate default --data catsdogs --report report.html --corrections corrected.csv
      RAY_ADDRESS=head:6379 pawsight evaluate default --data catsdogs --engine ray
    """
    folders, photos = _arguments(models, data)
    check_inputs(photos, corrections)
    _check(folders, out, report, write_budgets)
    with needs_extra("learn"):
        from pawsight.classifier import Classifier
        from pawsight.evaluate.corrections import correct, read_corrections
        from pawsight.evaluate.run import evaluate_all
        from pawsight.evaluate.write import HISTORY, write_evaluation
        from pawsight.report.html import write_report
    dataset, split = _open(photos, split, folders[0], write_budgets)
    labels = read_corrections(corrections, dataset) if corrections else None
    classifiers = [Classifier.load(folder) for folder in folders]
    for folder in folders:
        _warn(folder, dataset, split)
    results = evaluate_all(classifiers, dataset, split, progress_bar, _engine(engine, folders))
    corrected = [correct(result, labels) for result in results] if labels is not None else []
    if write_budgets:
        _write_budgets(folders[0], dataset)
    if out:
        write_evaluation(results[0], out, folders[0] / HISTORY)
    say, refusals = _text if form == "text" else _json, _refusals(results, dataset, folders)
    click.echo(say(results, corrected, [_bytes(folder) for folder in folders], refusals))
    if report:
        one = corrected[0] if corrected else None
        write_report(
            report, results[0], classifiers[0], dataset, folders[0], corrected=one, sample=sample, watch=progress_bar
        )
        click.echo(f"Wrote {report}.", err=form == "json")


def _engine(engine: str, folders: Sequence[Path]) -> Engine | None:
    """Return what answers on a cluster; None to answer here."""
    if engine == "local":
        return None
    with needs_extra("ray"):
        from pawsight.evaluate.on_cluster import ClusterEngine
    return ClusterEngine(folders)


def _check(folders: Sequence[Path], out: Path | None, report: Path | None, write_budgets: bool) -> None:
    """Refuse what cannot be written, before minutes of work."""
    if len(folders) > 1 and (out or report or write_budgets):
        raise click.UsageError("Expected one model with --out, --report or --write-budgets, but received several.")
    if write_budgets and folders[0].is_file():
        raise click.UsageError("Expected a model folder with --write-budgets, but received a single file.")
    if is_given("sample") and not report:
        raise click.UsageError("--sample is for --report: give both, or neither.")
    check_outputs(out=out, report=report)
    for path in (out, report and report.parent):
        _make_folder(path)


def _arguments(names: Sequence[str], data: Path | None) -> tuple[list[Path], Path]:
    """The models and the photos to measure them on: of --data, or the last argument."""
    from pawsight import zoo

    if data is None:
        *names, last = names
        data = Path(last)
    if not names:
        raise click.UsageError("Name a model and the photos to measure it on: `pawsight evaluate default photos/`")
    return [zoo.find(name) for name in names], data


def _open(photos: Path, split: str, model: Path, write_budgets: bool) -> tuple[Dataset, str]:
    """Open a prepared set; or prepare a folder or zip of classes, all of which is then the test split."""
    from pawsight.classifier import Classifier
    from pawsight.cli.check import prepared
    from pawsight.data import open_dataset
    from pawsight.data.manifest import DESCRIPTION

    if (photos / DESCRIPTION).exists():
        return open_dataset(photos), split
    if is_given("split") or write_budgets:
        option = "--write-budgets" if write_budgets else "--split"
        raise click.UsageError(
            f"{option} needs photos that `pawsight data prepare` has split, and {photos} is not of these: all its "
            f"photos are measured on. Leave out {option}, or prepare the photos first."
        )
    stack = click.get_current_context().with_resource(ExitStack())
    return stack.enter_context(prepared(photos, Classifier.load(model).card.input, "test")), "test"


def _warn(folder: Path, data: Dataset, split: str) -> None:
    """Warn where a model is measured on photos that it learned from."""
    from pawsight.evaluate.seen_in_training import find_seen
    from pawsight.text import printable

    if paths := find_seen(folder, data, split):
        seen = len(paths)
        click.echo(
            f"{seen:,} of these {len(data.indices(split)):,} photos are among those that {folder.name} learned from, "
            "so these figures are better than on new photos. `pawsight learn` has measured it on photos not seen: "
            f"{folder / 'metrics.json'}.",
            err=True,
        )
        for path in paths[:SEEN_SHOWN]:
            click.echo(f"  {printable(path)}", err=True)
        if seen > SEEN_SHOWN:
            click.echo(f"  and {seen - SEEN_SHOWN:,} more", err=True)


def _write_budgets(folder: Path, data: Dataset) -> None:
    """Add the table that `pawsight sort --error-budget` reads to a model's card."""
    import msgspec

    from pawsight.batch.distribution_shift import add_reference
    from pawsight.classifier import Classifier
    from pawsight.errors import BadData
    from pawsight.evaluate.run import evaluate
    from pawsight.evaluate.seen_in_training import count_seen
    from pawsight.model.card import read_card
    from pawsight.model.seal import seal
    from pawsight.train.calibrate import fit_budgets

    if seen := count_seen(folder, data, "validation"):
        raise BadData(
            f"Expected photos that {folder.name} did not learn from, but it did from {seen:,} of those for validation.",
            "What these say would be no promise. `pawsight learn` has written the budgets that it could prove.",
        )
    classifier = Classifier.load(folder)
    exclusive = classifier.card.thresholds.exclusive
    held_out = evaluate(classifier, data, "validation")
    if not (budgets := fit_budgets(held_out.scores, held_out.targets, exclusive=exclusive)):
        raise BadData(
            f"Expected photos that prove an error budget, but {len(held_out.paths):,} for validation are too few, "
            "or too many of them are predicted wrongly.",
            "Prepare more photos.",
        )
    seal(msgspec.structs.replace(read_card(folder), budgets=budgets), folder)
    add_reference(folder, data)
    click.echo(f"Wrote error budgets {', '.join(budgets)} into {folder / 'card.json'}.", err=True)


def _make_folder(folder: Path | None) -> None:
    """Make a folder to write to."""
    from pawsight.errors import BadSettings

    try:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(
            f"Expected a folder to write to at {str(folder)!r}, but it cannot be made ({error.strerror}).",
            "Choose another place.",
        ) from error


def _refusals(results: Sequence[Evaluation], data: Dataset, folders: Sequence[Path]) -> list[Refusal]:
    """Return what one model does with photos of neither: of this split, and, from its training, of kinds left out."""
    from pawsight.evaluate.false_accepts import false_accepts, read_refusal
    from pawsight.model.card import read_card

    if len(results) > 1:
        return []
    recorded = read_refusal(folders[0])
    here = false_accepts(results[0], data, read_card(folders[0]), recorded)
    return [found for found in (here, recorded) if found]


def _text(
    results: Sequence[Evaluation],
    corrected: Sequence[CorrectedFigures],
    sizes: Sequence[int],
    refusals: Sequence[Refusal],
) -> str:
    from pawsight.report import explain_corrections, tabulate_refusal

    parts = ["\n\n".join([_table(results, sizes), *map(tabulate_refusal, refusals)])]
    if corrected:
        parts += ["", explain_corrections(corrected[0]), _table([one.result for one in corrected], sizes)]
    return "\n".join(parts)


def _table(results: Sequence[Evaluation], sizes: Sequence[int]) -> str:
    from pawsight.evaluate.compare import compare_all
    from pawsight.report import contrast, summarise, tabulate

    if len(results) == 1:
        return summarise(results[0].metrics)
    return "\n".join([tabulate(results, sizes), "", *map(contrast, compare_all(results))])


def _json(
    results: Sequence[Evaluation],
    corrected: Sequence[CorrectedFigures],
    sizes: Sequence[int],
    refusals: Sequence[Refusal],
) -> str:
    import msgspec

    from pawsight.evaluate.compare import compare_all

    dumped: list[dict[str, Any]] = [msgspec.to_builtins(result.metrics) for result in results]
    for metrics, one in zip(dumped, corrected, strict=False):
        changes = {"changed": one.changed, "left_out": one.left_out}
        metrics["corrected"] = changes | msgspec.to_builtins(one.result.metrics)
    if len(results) == 1:
        return msgspec.json.encode(dumped[0] | {"refusal": refusals}).decode()
    models = [
        {"model": result.model, "bytes": size, "metrics": metrics}
        for result, size, metrics in zip(results, sizes, dumped, strict=True)
    ]
    return msgspec.json.encode({"models": models, "comparisons": compare_all(results)}).decode()


def _bytes(folder: Path) -> int:
    from pawsight.model.card import read_card

    card = read_card(folder)
    return card.files[card.graph].bytes
