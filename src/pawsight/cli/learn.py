"""`pawsight learn`: a folder of photos per class -> a model folder, in seconds."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pawsight.cli.extras import needs_extra
from pawsight.cli.progress import watched

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("source", type=PATH)
@click.option("--out", type=PATH, help="The model folder to make.")
@click.option("--dry-run", is_flag=True, help="Only tell what would come of it; write nothing.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of all that is drawn.")
def command(source: Path, out: Path | None, dry_run: bool, seed: int) -> None:
    """Learn your own classes from the photos of SOURCE, a zip or folder with a folder per class.

    Two classes or more, at least 10 different photos of each. A folder called neither (or other) holds photos of none
    of them. First comes a forecast: how long it takes, how good it gets, which classes need more photos, which photos
    look mislabelled or cannot be used. Nothing in SOURCE is changed. Where files cannot be used, the exit code is 1.

    \b
    Examples:
      pawsight learn flowers/ --dry-run
      pawsight learn flowers/ --out flowers-model
      pawsight predict new/ --model flowers-model
    """
    if out is None and not dry_run:
        raise click.UsageError("Expected --out with the model folder to make, or --dry-run for the forecast alone.")
    with needs_extra("learn"):
        from pawsight.learn import forecast, learn
        from pawsight.learn.words import tell
        from pawsight.report import summarise
    if out is None or dry_run:
        foretold = forecast(source, seed=seed, watch=watched)
        click.echo(tell(foretold))
        sys.exit(1 if foretold.bad else 0)
    done = learn(source, out, seed=seed, tell=lambda foretold: click.echo(tell(foretold) + "\n"), watch=watched)
    click.echo(f"{summarise(done.metrics)}\n{done.measured}")
    click.echo(f"Wrote {out}. Try it: pawsight predict PHOTO --model {out}")
    if done.bad:
        files = f"{len(done.bad):,} file{'s'[: len(done.bad) != 1]}"
        click.echo(f"{files} could not be used, hence exit code 1: see {out / 'bad.csv'}.")
        sys.exit(1)
