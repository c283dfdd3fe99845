"""`pawsight sort`: photos into a folder for each verdict; planned, shown, written down, and only then done."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.progress import watched

if TYPE_CHECKING:
    from pawsight.batch.budget import Promise
    from pawsight.batch.journal import Mode
    from pawsight.batch.plan import Left, Plan
    from pawsight.card import Metric
    from pawsight.settings import Settings

FOLDER = click.Path(file_okay=False, path_type=Path)
DONE = {"copy": "copied", "move": "moved", "link": "linked"}


class Share(click.ParamType[float]):
    """A share: `1%`, `0.01` or `1/100`."""

    name = "share"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from pawsight.batch.budget import parse_share

        try:
            return value if isinstance(value, float) else parse_share(value)
        except ValueError:
            self.fail(f"{value!r} is no share between 0 and 1, such as 1% or 0.01.", param, ctx)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--into", required=True, type=FOLDER, metavar="DIR", help="Where the folders of photos are made.")
@click.option("--copy", "mode", flag_value="copy", default=True, help="Copy photos (the default).")
@click.option("--move", "mode", flag_value="move", help="Move photos.")
@click.option("--link", "mode", flag_value="link", help="Give photos a second name, which needs no room (hard links).")
@click.option("--model", metavar="NAME", help="A shipped model (see `pawsight models`) or a model folder.")
@click.option(
    "--error-budget",
    type=Share(),
    metavar="SHARE",
    help="How many wrong ones you can live with, such as 1%; more photos then go to please-check, or fewer.",
)
@click.option("--write-xmp", is_flag=True, help="Also write each verdict as keyword into an XMP file beside the photo.")
@click.option(
    "--contact-sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the plan's page of small pictures there.  [default: a temporary file, unless --yes]",
)
@click.option("--resume", is_flag=True, help="Go on with a sort that was stopped.")
@click.option("--dry-run", is_flag=True, help="Show the plan, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--workers", type=click.IntRange(1, 256), help="Photos at a time.  [default: four per processor]")
def command(
    folder: Path,
    into: Path,
    mode: Mode,
    model: str | None,
    error_budget: float | None,
    write_xmp: bool,
    contact_sheet: Path | None,
    resume: bool,
    dry_run: bool,
    yes: bool,
    workers: int | None,
) -> None:
    """Sort the photos of FOLDER into DIR/cat, DIR/dog, DIR/both, DIR/neither and DIR/please-check.

    First comes a plan; nothing is done before you agree. Names are kept (a second felix.jpg becomes felix-2.jpg), times
    and permissions too, and nothing is ever overwritten. Files that cannot be read stay where they are and are named;
    the exit code is then 1. `pawsight undo DIR` brings everything back.

    \b
    Examples:
      pawsight sort photos/ --into sorted
      pawsight sort photos/ --into sorted --move --error-budget 1%
      pawsight undo sorted
    """
    from pawsight.batch.sort import begin, carry_out, check_ready
    from pawsight.settings import load_settings

    if resume and dry_run:
        raise click.UsageError("Expected --resume or --dry-run, but received both: the plan stands already.")
    if resume:
        record = _unfinished(folder, into)
    else:
        settings = load_settings({"model": model, "threads": workers})
        plan = _plan(folder, into, mode, settings, error_budget, write_xmp)
        _show(plan)
        _show_pictures(plan, contact_sheet, settings, wanted=not yes)
        if dry_run or not plan.photos:
            sys.exit(1 if plan.left else 0)
        check_ready(plan)
        if not yes:
            click.confirm("Go on?", abort=True)
        record = begin(plan)
    _finish(record, carry_out(record))


def _unfinished(folder: Path, into: Path) -> Path:
    from pawsight.batch.journal import JOURNAL, read_journal
    from pawsight.batch.sort import read_plan
    from pawsight.batch.undo import newest
    from pawsight.errors import BadSort

    record = newest(into)
    if read_journal(record / JOURNAL).finished:
        raise BadSort(f"Expected a sort that was stopped, but the last one into {into} came to its end.")
    plan = read_plan(record)
    if Path(plan.folder).resolve() != folder.resolve():
        raise BadSort(f"Expected the folder that was being sorted, {plan.folder}, but received {folder}.")
    return record


def _plan(folder: Path, into: Path, mode: Mode, settings: Settings, most: float | None, write_xmp: bool) -> Plan:
    from pawsight.batch.budget import promise
    from pawsight.batch.find import passed_over
    from pawsight.batch.lines import printable
    from pawsight.batch.plan import Eye, Left, make_plan, photos_of
    from pawsight.batch.run import answer
    from pawsight.batch.sort import check_finished
    from pawsight.classifier import Classifier

    check_finished(into)
    photos, left = photos_of(folder, into)
    classifier, eye = Classifier.load(settings.model, limits=settings.limits), Eye()
    promised = promise(classifier.card, most) if most else None
    if passed := passed_over([str(folder)], str(into)):
        click.echo(printable(passed))
    seen = []
    for one in watched(answer(classifier, photos, settings.threads, eye), len(photos), "Looking"):
        if found := eye.seen(one):
            seen.append(found)
        else:
            left.append(Left(str(Path(one.path).relative_to(folder)), str(one.error)))
    return make_plan(seen, left, folder, into, mode, classifier.card, promised, write_xmp)


def _show(plan: Plan) -> None:
    """What stays first: it may be long, and the plan should stand right above the question."""
    _name(plan.left)
    counts = plan.counts()
    click.echo(f"Plan: {len(plan.photos):,} photos of {plan.folder} into {plan.into}, to be {DONE[plan.mode]}.")
    for name, count in counts.items():
        click.echo(f"  {name:<{max(map(len, counts))}}  {count:7,}  {count / max(1, len(plan.photos)):6.1%}")
    alike = [step.alike for step in plan.photos if step.alike]
    if alike:
        click.echo(f"{len(alike):,} of them are copies or shots of one moment: {len(set(alike)):,} answers for these.")
    if plan.promise:
        click.echo(_promise(plan.promise))


def _promise(promise: Promise) -> str:
    held_out = promise.held_out
    return (
        f"Promise: at most {promise.most:.1%} of the photos outside please-check are wrong.\n"
        f"  On photos that the model did not learn from, {_rate(held_out.wrong)} were wrong,\n"
        f"  and {_rate(held_out.unsure)} went to please-check.\n"
        "  It holds for photos like those; `pawsight audit` tests it on yours."
    )


def _rate(metric: Metric) -> str:
    return f"{metric.value:.2%} ({metric.low:.2%} to {metric.high:.2%}, n = {metric.n:,})"


def _show_pictures(plan: Plan, page: Path | None, settings: Settings, wanted: bool) -> None:
    """Write the contact sheet where it was asked for, or to a temporary folder, where somebody is to decide."""
    import tempfile

    from pawsight.batch.journal import PLAN, write_plain
    from pawsight.batch.sheet import write_contact_sheet

    if not plan.photos or not (page or wanted):
        return
    if not page:
        page = Path(tempfile.mkdtemp(prefix="pawsight-plan-")) / "contact-sheet.html"
        write_plain(page.with_name(PLAN), plan)
    write_contact_sheet(plan, page, settings.limits)
    click.echo(f"In pictures: {page.absolute().as_uri()}")


def _name(left: Iterable[Left]) -> None:
    from pawsight.batch.lines import printable

    if left := list(left):
        click.echo("1 file stays where it is:" if len(left) == 1 else f"{len(left):,} files stay where they are:")
        for one in left:
            click.echo(f"  {printable(one.path)}: {one.reason}".encode())


def _finish(record: Path, outcomes: Iterable[Left | None]) -> None:
    from pawsight.batch.sort import read_plan

    plan = read_plan(record)
    try:
        results = list(watched(outcomes, len(plan.steps), "Sorting"))
    except KeyboardInterrupt:
        click.echo(f"Add --resume to go on, or take it back with `pawsight undo {plan.into}`.", err=True)
        raise
    left = [one for one in results if one]
    _name(left)
    done = sum(bool(step.verdict) and not one for step, one in zip(plan.steps, results, strict=True))
    click.echo(f"{done:,} photos {DONE[plan.mode]} into {plan.into}. To take it back: pawsight undo {plan.into}")
    sys.exit(1 if left or plan.left else 0)
