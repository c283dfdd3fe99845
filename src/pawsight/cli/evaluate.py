"""`pawsight evaluate`: how good a model is, measured on photos it never saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.extras import needs_extra

if TYPE_CHECKING:
    from pawsight.data import Dataset


@click.command()
@click.argument("model")
@click.option("--data", required=True, type=click.Path(path_type=Path), help="What `pawsight data prepare` wrote.")
@click.option(
    "--split",
    default="test",
    show_default=True,
    type=click.Choice(["train", "validation", "test"]),
    help="Which photos.",
)
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "json"]))
@click.option("--write-budgets", is_flag=True, help="Also measure error budgets on validation, into MODEL's card.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write metrics, predictions and figures there.")
def command(model: str, data: Path, split: str, form: str, write_budgets: bool, out: Path | None) -> None:
    """Measure MODEL (a folder or a shipped model's name) on a split of prepared photos.

    The exported graph answers, from the original files, exactly as it does for users. Every number comes with the
    count of photos it rests on and its 95 % interval.

    \b
    Example:
      pawsight evaluate default --data catsdogs --out evaluation
      pawsight evaluate my-model --data catsdogs --write-budgets
    """
    with needs_extra("train"):
        from pawsight.classifier import Classifier
        from pawsight.data import open_dataset
        from pawsight.evaluate import HISTORY, evaluate, write_evaluation
        from pawsight.report import summarise
    import msgspec

    from pawsight import zoo

    folder = zoo.find(model)
    result = evaluate(Classifier.load(folder), open_dataset(data), split)
    if write_budgets:
        _write_budgets(folder, open_dataset(data))
    if out:
        write_evaluation(result, out, folder / HISTORY)
    click.echo(summarise(result.metrics) if form == "text" else msgspec.json.encode(result.metrics).decode())


def _write_budgets(folder: Path, data: Dataset) -> None:
    """Add the table that `pawsight sort --error-budget` reads to a model's card."""
    import msgspec

    from pawsight.card import read_card, seal
    from pawsight.classifier import Classifier
    from pawsight.errors import BadData
    from pawsight.evaluate import evaluate
    from pawsight.train.calibrate import fit_budgets

    held_out = evaluate(Classifier.load(folder), data, "validation")
    if not (budgets := fit_budgets(held_out.scores, held_out.targets)):
        raise BadData(
            f"Expected photos that prove an error budget, but {len(held_out.paths):,} for validation are too few, "
            "or too many of them are told wrongly.",
            "Prepare more photos.",
        )
    seal(msgspec.structs.replace(read_card(folder), budgets=budgets), folder)
    click.echo(f"Wrote error budgets {', '.join(budgets)} into {folder / 'card.json'}.", err=True)
