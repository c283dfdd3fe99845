"""`pawsight export`: a model in the format of another runtime."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from pawsight.cli.given import is_given
from pawsight.cli.interrupt import GO_ON, NOTHING_WRITTEN, on_ctrl_c
from pawsight.cli.paths import check_inputs, check_outputs
from pawsight.cli.progress import progress_bar
from pawsight.errors import BadSettings
from pawsight.extras import needs_extra

if TYPE_CHECKING:
    from pawsight.estimates import Estimate
    from pawsight.export import Exporter, ExportFormat, ExportResult
    from pawsight.model.card import Precision

To = Literal["onnx", "litert", "openvino", "keras", "savedmodel"]
TITLES = ("format", "precision", "MB", "differs", "accuracy (95 % interval, n)", "ms", "written")
WIDTHS = (10, 9, 6, 7, 33, 6, 0)


@click.command()
@click.argument("model")
@click.option(
    "--to",
    required=True,
    type=click.Choice(["onnx", "litert", "openvino", "keras", "savedmodel", "all"]),
    help="The format.",
)
@click.option(
    "--precision",
    type=click.Choice(["float32", "float16", "int8"]),
    help="What weights are stored in.  [default: the model's own for onnx and openvino, float32 for others]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="What to write; with `all`, a folder.  [default: by the model's name]",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="What `pawsight data prepare` wrote: also compare on its test photos, and measure accuracy.",
)
@click.option(
    "--photos", type=click.IntRange(1), default=400, show_default=True, help="At most so many of these photos."
)
def command(
    model: str, to: To | Literal["all"], precision: Precision | None, out: Path | None, data: Path | None, photos: int
) -> None:
    """Write MODEL (a folder or a shipped model's name) in the format of another runtime.

    Everything that it takes to answer travels inside: pixel arithmetic, class names, thresholds, how to fit a photo,
    and the answers to the golden pictures. What is written is loaded again and must answer these as the model does, at
    two batch sizes, and the photos of --data too; otherwise nothing is written. `--to all` goes on where it
    was stopped when it is repeated.

    \b
    Examples:
      pawsight export default --to litert
      pawsight export default --to onnx --out pets.onnx
      pawsight export my-model --to litert --precision float16 --out pets.tflite
      pawsight export my-model --to all --out exported --data pets
    """
    from pawsight import zoo
    from pawsight.data import open_dataset

    if is_given("photos") and not data:
        raise click.UsageError("--photos is for --data: give both, or neither.")
    check_inputs(zoo.find(model), data)
    check_outputs(out=out)
    dataset = open_dataset(data) if data else None
    if to != "all" and out and out.exists():
        raise BadSettings(f"Expected a new place for the model, but {out} exists.", "Choose another --out.")
    with needs_extra("train"):
        from pawsight.export import Exporter

        exporter = Exporter(model, dataset, photos, progress_bar)
        forms = _forms(exporter, to, precision, out)
        click.echo(_line(TITLES))
        with on_ctrl_c(lambda: f"What is listed is written. {GO_ON}" if to == "all" else NOTHING_WRITTEN):
            for made in exporter.export(forms):
                click.echo(_line(_cells(made)))


def _forms(
    exporter: Exporter, to: To | Literal["all"], precision: Precision | None, out: Path | None
) -> dict[ExportFormat, Path]:
    """Return what is to be written, and where."""
    from pawsight.export import FORMS, choose

    card = exporter.card
    if to != "all":
        form = choose(to, precision, card.precision)
        return {form: out or Path(form.filename(card.name))}
    if precision:
        raise click.UsageError("Expected --to all or --precision, but received both: `all` writes every precision.")
    folder = out or Path(f"{card.name}-exported")
    paths = {form: folder / form.filename(card.name) for form in FORMS if exporter.can(form)}
    done = {form for form, path in paths.items() if exporter.has_written(path)}  # by an earlier run that was stopped
    for form in done:
        click.echo(f"Skipped {paths[form]}, which is there already.", err=True)
    return {form: path for form, path in paths.items() if form not in done}


def _cells(made: ExportResult) -> Iterator[str]:
    yield made.form.to
    yield made.form.precision
    yield f"{made.bytes / 1e6:.1f}"
    yield f"{made.differs:.4f}"
    yield _percent(made.accuracy)
    yield f"{made.milliseconds:.1f}"
    yield str(made.path)


def _percent(metric: Estimate | None) -> str:
    return (
        "not measured" if metric is None else f"{metric.value:.2%} ({metric.low:.2%}-{metric.high:.2%}, {metric.n:,})"
    )


def _line(cells: Iterator[str] | tuple[str, ...]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()
