"""`pawsight evaluate`: how good a model is, measured on photos it never saw, and whether another is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.extras import needs_extra
from pawsight.cli.progress import watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pawsight.evaluate import Evaluation

PATH = click.Path(path_type=Path)


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
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "json"]))
@click.option("--out", type=PATH, help="Also write metrics, predictions and figures there.")
def command(models: tuple[str, ...], data: Path, split: str, form: str, out: Path | None) -> None:
    """Measure MODEL (a folder or a shipped model's name) on a split of prepared photos.

    The exported graph answers, from the original files, exactly as it does for users. Every number comes with the
    count of photos it rests on and its 95 % interval. Several models answer for the same photos; one is called better
    than another only where McNemar's exact test shows it (p < 0.05).

    \b
    Examples:
      pawsight evaluate default --data catsdogs --out evaluation
      pawsight evaluate default runs/scratch --data catsdogs
    """
    with needs_extra("train"):
        from pawsight.classifier import Classifier
        from pawsight.data import open_dataset
        from pawsight.evaluate import HISTORY, evaluate_all, write_evaluation
    from pawsight import zoo

    if len(models) > 1 and out:
        raise click.UsageError("Expected one model with --out, but received several. Give one, or leave --out away.")
    folders = [zoo.find(model) for model in models]
    results = evaluate_all([Classifier.load(folder) for folder in folders], open_dataset(data), split, watched)
    if out:
        write_evaluation(results[0], out, folders[0] / HISTORY)
    click.echo(_text(results, folders) if form == "text" else _json(results, folders))


def _text(results: Sequence[Evaluation], folders: Sequence[Path]) -> str:
    from pawsight.evaluate import compare_all
    from pawsight.report import contrast, summarise, tabulate

    if len(results) == 1:
        return summarise(results[0].metrics)
    sizes = [_bytes(folder) for folder in folders]
    return "\n".join([tabulate(results, sizes), "", *map(contrast, compare_all(results))])


def _json(results: Sequence[Evaluation], folders: Sequence[Path]) -> str:
    import msgspec

    from pawsight.evaluate import compare_all

    if len(results) == 1:
        return msgspec.json.encode(results[0].metrics).decode()
    models = [
        {"model": result.model, "bytes": _bytes(folder), "metrics": result.metrics}
        for result, folder in zip(results, folders, strict=True)
    ]
    return msgspec.json.encode({"models": models, "comparisons": compare_all(results)}).decode()


def _bytes(folder: Path) -> int:
    from pawsight.card import GRAPH, read_card

    return read_card(folder).files[GRAPH].bytes
