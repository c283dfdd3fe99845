"""`pawsight data`: fetch photos, prepare and check them."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.check import check
from pawsight.cli.interrupt import GO_ON, NOTHING_WRITTEN, on_ctrl_c
from pawsight.cli.paths import check_inputs, check_outputs
from pawsight.cli.progress import progress_bar
from pawsight.cli.seed import SEED
from pawsight.extras import needs_extra
from pawsight.images import FIT_MODES
from pawsight.text import shell_word
from pawsight.types import FitMode

if TYPE_CHECKING:
    from pawsight.data.manifest import Description
    from pawsight.data.prepare import Prepared

PATH = click.Path(path_type=Path)


@click.group()
def command() -> None:
    """Fetch photos, prepare them for training, and find what is wrong with them.

    \b
    Examples:
      pawsight data fetch
      pawsight data prepare kagglecatsanddogs_5340.zip --out data/catsdogs
      pawsight data check data/catsdogs --html check.html
    """


command.add_command(check)


@command.command()
@click.option("--out", type=PATH, default=Path("kagglecatsanddogs_5340.zip"), show_default=True, help="File to write.")
@click.option("--url", help="Another place to download from.  [default: Microsoft's download site]")
def fetch(out: Path, url: str | None) -> None:
    """Download Microsoft's photos of cats and dogs (825 MB).

    A download that was cut off goes on where it was when the same command is given again.

    \b
    Example:
      pawsight data fetch
      pawsight data prepare kagglecatsanddogs_5340.zip --out data/catsdogs
    """
    from pawsight.data.fetch import URL, fetch

    check_outputs(out=out)
    with on_ctrl_c(lambda: f"What has arrived is kept. {GO_ON}"):
        fetch(out, url or URL, partial(progress_bar, label="Downloading MB"))
    click.echo(f"{out} is there. Next: pawsight data prepare {shell_word(out)} --out data/catsdogs")


@command.command()
@click.argument("source", type=PATH)
@click.option("--out", type=PATH, required=True, help="Folder to write.")
@click.option(
    "--size", type=click.IntRange(32, 1024), default=224, show_default=True, help="Side of the fitted photos."
)
@click.option("--fit", type=click.Choice(FIT_MODES), default="crop", show_default=True, help="How photos are fitted.")
@click.option("--seed", type=SEED, default=0, show_default=True, help="Of the split.")
@click.option("--neither", type=PATH, multiple=True, help="Photos that show none of the classes; may be repeated.")
def prepare(source: Path, out: Path, size: int, fit: FitMode, seed: int, neither: tuple[Path, ...]) -> None:
    """Open, check and split the photos of SOURCE.

    SOURCE is a zip or folder with a folder per class, or a folder of names like cat.0.jpg. Folders train, val (or
    validation) and test around the classes are kept as the splits. Nothing in SOURCE is changed.
    Files that cannot be used are listed in bad.csv, and the exit code is then 1.

    \b
    Examples:
      pawsight data prepare kagglecatsanddogs_5340.zip --out data/catsdogs
      pawsight data prepare photos/ --neither other.zip --out data/mine
    """
    check_inputs(source, *neither)
    check_outputs(out=out)
    with needs_extra("learn"):
        from pawsight.data.prepare import prepare
    from pawsight.settings import load_settings

    watch, limits = partial(progress_bar, label="Opening photos"), load_settings().local_limits
    with on_ctrl_c(lambda: NOTHING_WRITTEN):
        done = prepare(source, out, size=size, fit=fit, seed=seed, neither=neither, limits=limits, watch=watch)
    _show(done)
    sys.exit(1 if done.bad else 0)


def _show(done: Prepared) -> None:
    click.echo(_table(done.description))
    for note in done.notes:
        click.echo(note)
    click.echo(f"{done.description.duplicate_groups:,} groups of duplicates; the photos of each share a split.")
    if done.bad:
        codes = Counter(one.code for one in done.bad).most_common()
        reasons = ", ".join(f"{number:,} {code}" for code, number in codes)
        click.echo(
            f"{len(done.bad):,} files cannot be used ({reasons}), hence exit code 1: see {done.folder / 'bad.csv'}."
        )
    for warning in done.warnings:
        click.echo(f"Warning: {warning}", err=True)
    click.echo(f"Wrote {done.folder} (fingerprint {done.description.fingerprint[:12]}).")


def _table(description: Description) -> str:
    found = {label for counts in description.counts.values() for label in counts}
    labels = [*description.classes, *sorted(found - set(description.classes))]
    rows = [["split", *labels]]
    rows += [
        [split, *(f"{counts.get(label, 0):,}" for label in labels)] for split, counts in description.counts.items()
    ]
    width = max(len(cell) for row in rows for cell in row) + 2
    return "\n".join(first.ljust(width) + "".join(cell.rjust(width) for cell in rest) for first, *rest in rows)
