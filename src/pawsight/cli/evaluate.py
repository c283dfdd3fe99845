"""`pawsight evaluate`: how good a model is, measured on photos it never saw, and whether another is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pawsight.cli.extras import needs_extra
from pawsight.cli.form import form_option
from pawsight.cli.progress import watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pawsight.data import Dataset
    from pawsight.evaluate import Corrected, Evaluation

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option("--data", required=True, type=PATH, help="What `pawsight data prepare` wrote.")
@click.option(
    "--split",
    default="test",
    show_default=True,
    type=click.Choice(["train", "validation", "test"]),
    help="Which photos.",
)
@form_option("text", "json")
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
    data: Path,
    split: str,
    form: str,
    write_budgets: bool,
    corrections: Path | None,
    out: Path | None,
    report: Path | None,
    sample: int,
) -> None:
    """Measure MODEL (a folder or a shipped model's name) on a split of prepared photos.

    The exported graph answers, from the original files, exactly as it does for users. Every number comes with the
    count of photos it rests on and its 95 % interval. Several models answer for the same photos; one is called better
    than another only where McNemar's exact test shows it (p < 0.05).

    \b
    Examples:
      pawsight evaluate default --data catsdogs --out evaluation
      pawsight evaluate default runs/scratch --data catsdogs
      pawsight evaluate my-model --data catsdogs --write-budgets
      pawsight evaluate default --data catsdogs --report report.html --corrections corrected.csv
    """
    with needs_extra("learn"):
        from pawsight.classifier import Classifier
        from pawsight.data import open_dataset
        from pawsight.evaluate import HISTORY, correct, evaluate_all, read_corrections, write_evaluation
        from pawsight.report.html import write_report
    from pawsight import zoo

    if len(models) > 1 and (out or report or write_budgets):
        raise click.UsageError("Expected one model with --out, --report or --write-budgets, but received several.")
    for path in (out, report and report.parent):
        _make_folder(path)
    folders = [zoo.find(model) for model in models]
    if write_budgets and folders[0].is_file():
        raise click.UsageError("Expected a model folder with --write-budgets, but received a single file.")
    dataset = open_dataset(data)
    labels = read_corrections(corrections, dataset) if corrections else None
    classifiers = [Classifier.load(folder) for folder in folders]
    for folder in folders:
        _warn(folder, dataset, split)
    results = evaluate_all(classifiers, dataset, split, watched)
    corrected = [correct(result, labels) for result in results] if labels is not None else []
    if write_budgets:
        _write_budgets(folders[0], dataset)
    if out:
        write_evaluation(results[0], out, folders[0] / HISTORY)
    click.echo((_text if form == "text" else _json)(results, corrected, [_bytes(folder) for folder in folders]))
    if report:
        one = corrected[0] if corrected else None
        write_report(
            report, results[0], classifiers[0], dataset, folders[0], corrected=one, sample=sample, watch=watched
        )
        click.echo(f"Wrote {report}.", err=form == "json")


def _warn(folder: Path, data: Dataset, split: str) -> None:
    """Say where a model is asked about what it learnt from."""
    from pawsight.evaluate import count_seen

    if seen := count_seen(folder, data, split):
        click.echo(
            f"{seen:,} of these {len(data.indices(split)):,} photos are among those that {folder.name} learnt from, so "
            "what follows is better than it will be on new ones. `pawsight learn` has measured it on photos not seen: "
            f"{folder / 'metrics.json'}.",
            err=True,
        )


def _write_budgets(folder: Path, data: Dataset) -> None:
    """Add the table that `pawsight sort --error-budget` reads to a model's card."""
    import msgspec

    from pawsight.card import read_card, seal
    from pawsight.classifier import Classifier
    from pawsight.errors import BadData
    from pawsight.evaluate import count_seen, evaluate
    from pawsight.train.calibrate import fit_budgets

    if seen := count_seen(folder, data, "validation"):
        raise BadData(
            f"Expected photos that {folder.name} did not learn from, but it did from {seen:,} of those for validation.",
            "What these say would be no promise. `pawsight learn` has written the budgets that it could prove.",
        )
    held_out = evaluate(Classifier.load(folder), data, "validation")
    if not (budgets := fit_budgets(held_out.scores, held_out.targets)):
        raise BadData(
            f"Expected photos that prove an error budget, but {len(held_out.paths):,} for validation are too few, "
            "or too many of them are told wrongly.",
            "Prepare more photos.",
        )
    seal(msgspec.structs.replace(read_card(folder), budgets=budgets), folder)
    click.echo(f"Wrote error budgets {', '.join(budgets)} into {folder / 'card.json'}.", err=True)


def _make_folder(folder: Path | None) -> None:
    """Make a folder to write to now, not after minutes of work."""
    from pawsight.errors import BadSettings

    try:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(
            f"Expected a folder to write to at {str(folder)!r}, but it cannot be made ({error.strerror}).",
            "Choose another place.",
        ) from error


def _text(results: Sequence[Evaluation], corrected: Sequence[Corrected], sizes: Sequence[int]) -> str:
    from pawsight.report import explain_corrections

    parts = [_table(results, sizes)]
    if corrected:
        parts += ["", explain_corrections(corrected[0]), _table([one.result for one in corrected], sizes)]
    return "\n".join(parts)


def _table(results: Sequence[Evaluation], sizes: Sequence[int]) -> str:
    from pawsight.evaluate import compare_all
    from pawsight.report import contrast, summarise, tabulate

    if len(results) == 1:
        return summarise(results[0].metrics)
    return "\n".join([tabulate(results, sizes), "", *map(contrast, compare_all(results))])


def _json(results: Sequence[Evaluation], corrected: Sequence[Corrected], sizes: Sequence[int]) -> str:
    import msgspec

    from pawsight.evaluate import compare_all

    said: list[dict[str, Any]] = [msgspec.to_builtins(result.metrics) for result in results]
    for metrics, one in zip(said, corrected, strict=False):
        changes = {"changed": one.changed, "left_out": one.left_out}
        metrics["corrected"] = changes | msgspec.to_builtins(one.result.metrics)
    if len(results) == 1:
        return msgspec.json.encode(said[0]).decode()
    models = [
        {"model": result.model, "bytes": size, "metrics": metrics}
        for result, size, metrics in zip(results, sizes, said, strict=True)
    ]
    return msgspec.json.encode({"models": models, "comparisons": compare_all(results)}).decode()


def _bytes(folder: Path) -> int:
    from pawsight.card import read_card

    card = read_card(folder)
    return card.files[card.graph].bytes
