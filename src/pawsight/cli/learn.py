"""`pawsight learn`: a folder of photos per class -> a model folder, in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from pawsight.cli.interrupt import NOTHING_WRITTEN, on_ctrl_c
from pawsight.cli.paths import check_inputs, check_outputs
from pawsight.cli.progress import progress_bar
from pawsight.cli.seed import SEED
from pawsight.extras import needs_extra
from pawsight.storage.download import is_web_address
from pawsight.text import shell_word

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("source")
@click.option("--out", type=PATH, help="The model folder to make.")
@click.option("--from-sorted", is_flag=True, help="SOURCE is a folder that `pawsight sort` made, corrected by hand.")
@click.option("--dry-run", is_flag=True, help="Only print the forecast; write nothing.")
@click.option(
    "--together",
    is_flag=True,
    help="A photo may show several classes: each gets a score of its own, instead of a share.",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of all random draws.")
def command(source: str, out: Path | None, from_sorted: bool, dry_run: bool, together: bool, seed: int) -> None:
    """Learn your own classes from the photos of SOURCE, a zip or folder with a folder per class.

    SOURCE may also be the address of a zip (https://...).

    Two classes or more, at least 3 different photos of each; 10 or more are worth having. A folder called neither (or
    other) holds photos of none of them. A photo shows one class at most, unless you say --together: then a picture that
    lies in several folders shows all of these. First comes a forecast: how long it takes, how good it gets, how many
    photos will be left to you, which classes need more photos, which photos look mislabeled or cannot be used. Nothing
    in SOURCE is changed. Where files cannot be used, the exit code is 1.

    With --from-sorted, SOURCE is a folder that photos were sorted into and in which you moved wrong ones to the right
    folder. What stands in please-check and both is left out.

    \b
    Examples:
      pawsight learn flowers/ --dry-run
      pawsight learn flowers/ --out flowers-model
      pawsight learn https://example.com/flowers.zip --out flowers-model
      pawsight predict new/ --model flowers-model
      pawsight learn --from-sorted sorted --out our-animals
    """
    if out is None and not dry_run:
        raise click.UsageError("Expected --out with the model folder to make, or --dry-run for the forecast alone.")
    if not is_web_address(source):
        check_inputs(Path(source))
    if not dry_run:
        check_outputs(out=out)
    with needs_extra("learn"):
        from pawsight.learn import forecast, learn
        from pawsight.learn.report import describe_forecast, explain_difference
        from pawsight.report import summarise
    from pawsight.cli.source import local_source
    from pawsight.settings import load_settings

    keep, limits = _sorted_photos(Path(source)) if from_sorted else _everything, load_settings().local_limits
    with on_ctrl_c(lambda: NOTHING_WRITTEN), local_source(source) as path:
        if out is None or dry_run:
            made = forecast(path, exclusive=not together, seed=seed, keep=keep, limits=limits, watch=progress_bar)
            click.echo(describe_forecast(made))
            sys.exit(1 if made.bad else 0)
        done = learn(
            path,
            out,
            exclusive=not together,
            seed=seed,
            keep=keep,
            limits=limits,
            report=lambda made: click.echo(describe_forecast(made) + "\n"),
            watch=progress_bar,
        )
    click.echo(f"{summarise(done.metrics)}\n{done.measured}\n{explain_difference(done.forecast)}")
    click.echo(f"Wrote {out}. Try it: pawsight predict PHOTO --model {shell_word(out)}")
    if done.bad:
        _exit_for_bad_files(len(done.bad), out / "bad.csv")


def _exit_for_bad_files(count: int, path: Path) -> NoReturn:
    files = f"{count:,} file{'s'[: count != 1]}"
    click.echo(f"{files} could not be used, hence exit code 1: see {path}.")
    sys.exit(1)


def _everything(path: str) -> bool:
    return True


def _sorted_photos(folder: Path) -> Callable[[str], bool]:
    """Say where the labels of a sorted folder come from; return what keeps its labeled photos."""
    from pawsight.batch.corrections import count_labels, is_labeled_photo

    click.echo(count_labels(folder))
    return is_labeled_photo
