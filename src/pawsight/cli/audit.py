"""`pawsight audit`: a promise, tested on the photos that were sorted."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--photos", type=click.IntRange(1), help="How many.  [default: as many as prove the promise, none wrong]")
@click.option("--seed", default=0, show_default=True, help="Other photos for another seed.")
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the page of photos there.  [default: a temporary file]",
)
@click.option("--wrong", metavar="NUMBERS", help="Numbers of the wrong ones, such as '3 17' or '', instead of asking.")
def command(folder: Path, photos: int | None, seed: int, page: Path | None, wrong: str | None) -> None:
    """Look at some photos of the newest sort into DIR, chosen at random, and learn how many are wrong in all.

    A page shows the photos with numbers; you type the numbers of those that are wrong. The answer comes with its 95 %
    interval, and says whether the error budget is proven, broken, or neither yet. The exit code is 1 where it is
    broken.

    \b
    Examples:
      pawsight audit sorted
      pawsight audit sorted --photos 200 --page audit.html
    """
    import tempfile

    from pawsight.batch.audit import judge, sample
    from pawsight.batch.sheet import write_audit_page
    from pawsight.batch.sort import check_finished, read_plan
    from pawsight.batch.undo import newest
    from pawsight.settings import load_settings

    record = newest(folder)
    check_finished(folder)
    plan = read_plan(record)
    steps = sample(plan, photos, seed)
    if wrong is None:
        page = page or Path(tempfile.mkdtemp(prefix="pawsight-audit-")) / "audit.html"
        write_audit_page(plan, steps, page, load_settings().limits)
        click.echo(f"{len(steps):,} photos, as they were told: {page.absolute().as_uri()}")
        wrong = click.prompt("Numbers of the wrong ones (none: Enter)", default="", show_default=False)
    finding = judge(plan, _numbers(wrong), len(steps))
    click.echo(finding)
    sys.exit(1 if finding.broken else 0)


def _numbers(text: str) -> list[int]:
    words = text.replace(",", " ").split()
    if bad := [word for word in words if not word.isdecimal()]:
        raise click.BadParameter(f"Expected numbers, but received {', '.join(bad)}.")
    return [int(word) for word in words]
