"""`pawsight audit`: a sort, tested on its own photos."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.language import language_option
from pawsight.cli.paths import check_outputs
from pawsight.cli.seed import SEED
from pawsight.cli.sort import Numbers
from pawsight.text import shell_word

if TYPE_CHECKING:
    from pawsight.batch.audit import Side
    from pawsight.batch.budget import Promise


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option(
    "--photos",
    type=click.IntRange(1),
    help="How many; a small side gets some more.  [default: as many as prove the promise, none wrong]",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Other photos for another seed.")
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the page of photos there.  [default: a temporary file]",
)
@click.option("--wrong", type=Numbers(), metavar="NUMBERS", help="Numbers of the wrong ones, such as '3 17' or ''.")
@click.option("--serve", is_flag=True, help="Show the page in a browser and take the numbers from there.")
@language_option
def command(
    folder: Path,
    photos: int | None,
    seed: int,
    page: Path | None,
    wrong: frozenset[int] | None,
    serve: bool,
    language: str,
) -> None:
    """Look at some photos in DIR, chosen at random, and learn how many are wrong in all.

    A page shows photos of both sides: those filed as a class, and those in neither, where a pet may have been missed.
    Mark the wrong ones by click or key; the page gives the line to paste, or with --serve its answer at once. The
    bounds hold with 95 % confidence, also when you look at more photos later, and say whether the error budget is
    proven, broken, or neither yet. What you moved by hand is not asked for. The exit code is 1 where the promise is
    broken.

    \b
    Examples:
      pawsight audit sorted
      pawsight audit sorted --photos 200 --wrong '3 17'
      pawsight audit sorted --serve
    """
    from pawsight.batch.audit import judge, sample
    from pawsight.batch.plan import read_plan
    from pawsight.batch.sort import check_finished
    from pawsight.batch.undo import newest

    if wrong is not None and (serve or page):
        raise click.UsageError("--wrong gives the numbers that --page and --serve ask for: leave out one of them.")
    check_outputs(page=page)
    record = newest(folder)
    check_finished(folder)
    promised = _promised(read_plan(record).promise)
    sides = sample(folder, promised, photos, seed)
    if wrong is None:
        count = f" --photos {photos}" if photos else ""
        line = f"pawsight audit {shell_word(folder)}{count} --seed {seed} --wrong "
        if photos:
            _explain(sides, photos)
        wrong = _ask(folder, sides, line, page, serve, language)
    result = judge(sides, promised, wrong)
    click.echo(result)
    sys.exit(1 if result.broken else 0)


def _explain(sides: Sequence[Side], asked: int) -> None:
    """Say why there are not as many photos as were asked for."""
    n = sum(len(side.photos) for side in sides)
    parts = " and ".join(f"{len(side.photos):,} of {side.total:,} {side.name}" for side in sides)
    if n > asked:
        click.echo(f"{n:,} photos instead of {asked:,}, as a small side gets some more: {parts}.")
    elif n < asked and n == sum(side.total for side in sides):
        click.echo(f"There are only {n:,} photos to look at: {parts}.")


def _promised(promise: Promise | None) -> float | None:
    return promise.most if promise and promise.holds else None


def _ask(
    folder: Path, sides: Sequence[Side], line: str, page: Path | None, serve: bool, language: str
) -> frozenset[int]:
    """Show the photos and get the numbers of the wrong ones."""
    from pawsight.batch.contact_sheet import write_audit_page
    from pawsight.settings import load_settings

    page = page or Path(tempfile.mkdtemp(prefix="pawsight-audit-")) / "audit.html"
    write_audit_page(folder, sides, page, load_settings().local_limits, line, language)
    n = sum(len(side.photos) for side in sides)
    if serve:
        from pawsight.batch.audit_server import serve_page

        return serve_page(page, lambda address: click.echo(f"{n:,} photos: {address} (Ctrl-C ends it)"))
    click.echo(f"{n:,} photos: {page.absolute().as_uri()}")
    text = click.prompt("Numbers of the wrong ones (none: Enter)", default="", show_default=False)
    return Numbers().convert(text, None, None)
