"""`pawsight sort`: photos into a folder for each verdict; planned, shown, recorded, and only then done."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.interrupt import on_ctrl_c
from pawsight.cli.language import language_option
from pawsight.cli.paths import check_outputs
from pawsight.cli.progress import progress_bar
from pawsight.cli.sort_options import FOLDER, sort_options
from pawsight.cli.sort_report import DONE, count, name_files, show_plan, undo_command

if TYPE_CHECKING:
    from pawsight.batch.journal import Mode
    from pawsight.batch.plan import SkippedFile, SortPlan
    from pawsight.batch.plan_folder import FolderSort
    from pawsight.settings import Settings


class Numbers(click.ParamType[frozenset[int]]):
    """Numbers of photos on a page: `3 17` or `3, 17`."""

    name = "numbers"

    def convert(
        self, value: str | frozenset[int], param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[int]:
        if not isinstance(value, str):
            return value
        words = value.replace(",", " ").split()
        if bad := [word for word in words if not word.isdecimal()]:
            self.fail(f"These are not numbers of photos: {', '.join(bad)}.", param, ctx)
        return frozenset(map(int, words))


@click.command()
@click.argument("folder", type=FOLDER)
@sort_options
@click.option(
    "--write-xmp", is_flag=True, help="Also write each verdict as keyword into an XMP file next to the photo."
)
@click.option(
    "--contact-sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the plan's page of small pictures there.  [default: a temporary file, unless --yes]",
)
@language_option
@click.option(
    "--please-check",
    type=Numbers(),
    default="",
    metavar="NUMBERS",
    help="Photos of the contact sheet that go to please-check, such as '3 17'.",
)
@click.option("--update", is_flag=True, help="Also move photos of earlier sorts whose answer has changed.")
@click.option("--resume", is_flag=True, help="Continue a sort that was stopped.")
@click.option("--dry-run", is_flag=True, help="Show the plan, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(
    folder: Path,
    into: Path,
    mode: Mode | None,
    model: str | None,
    error_budget: float | None,
    write_xmp: bool,
    contact_sheet: Path | None,
    language: str,
    please_check: frozenset[int],
    update: bool,
    resume: bool,
    dry_run: bool,
    yes: bool,
    workers: int | None,
) -> None:
    """Sort the photos of FOLDER into DIR/cat, DIR/dog, DIR/both, DIR/neither and DIR/please-check.

    First comes a plan; nothing is done before you agree. Names are kept (a second felix.jpg becomes felix-2.jpg), times
    and permissions too, and nothing is ever overwritten. Sidecars, the RAW file of a pair and the clip of a Live Photo
    go with their photo. Files that cannot be read stay where they are and are named; the exit code is then 1.

    Sort into the same DIR again as often as you like: what is there already is left alone, new photos are added, and
    what you moved between the folders of DIR stays where you put it. `pawsight undo DIR` takes the newest sort back.

    \b
    Examples:
      pawsight sort photos/ --into sorted
      pawsight sort photos/ --into sorted --move --error-budget 1%
      pawsight undo sorted
    """
    from pawsight.batch.sort import begin, carry_out, check_finished, check_ready
    from pawsight.settings import load_settings

    check_outputs(into=None if dry_run else into, contact_sheet=contact_sheet)
    if resume and dry_run:
        raise click.UsageError("Give --resume or --dry-run, not both: the plan of a stopped sort is fixed.")
    if resume:
        record = _unfinished(folder, into, mode)
    else:
        check_finished(into)
        settings = load_settings({"model": model, "threads": workers})
        request = _request(folder, into, settings, error_budget)
        request.mode, request.write_xmp, request.update, request.doubted = (
            mode or "copy",
            write_xmp,
            update,
            please_check,
        )
        plan = _plan(request)
        show_plan(plan)
        _show_pictures(plan, contact_sheet, settings, language, wanted=not yes)
        if dry_run or not plan.steps:
            sys.exit(1 if plan.left else 0)
        check_ready(plan)
        if not yes:
            click.confirm("Go on?", abort=True)
        record = begin(plan)
    refused: Counter[str] = Counter()
    _finish(record, carry_out(record, refused), refused)


def _unfinished(folder: Path, into: Path, mode: Mode | None) -> Path:
    """Return the record of the sort that was stopped; its plan is fixed."""
    from pawsight.batch.journal import JOURNAL, read_journal
    from pawsight.batch.plan import read_plan
    from pawsight.batch.undo import newest
    from pawsight.errors import BadSort

    record = newest(into)
    if read_journal(record / JOURNAL).finished:
        raise BadSort(f"There is nothing to resume: the last sort into {into} is complete.")
    plan = read_plan(record)
    if Path(plan.folder).resolve() != folder.resolve():
        raise BadSort(f"The sort that was stopped is of another folder: {plan.folder}, not {folder}.")
    if mode and mode != plan.mode:
        raise BadSort(
            f"The sort that was stopped is one with --{plan.mode}, and is completed so.", f"Leave out --{mode}."
        )
    return record


def _request(folder: Path, into: Path, settings: Settings, most: float | None) -> FolderSort:
    from pawsight import zoo
    from pawsight.batch.budget import promise
    from pawsight.batch.distribution_shift import read_reference
    from pawsight.batch.plan_folder import FolderSort
    from pawsight.classifier import Classifier

    classifier = Classifier.load(settings.model, limits=settings.local_limits)
    request = FolderSort(folder, into, classifier, settings.threads, watch=progress_bar)
    if most:
        request.promise = promise(classifier.card, most)
        request.reference = read_reference(zoo.find(settings.model), classifier.card)
    return request


def _plan(request: FolderSort) -> SortPlan:
    from pawsight.batch.passed_over import passed_over
    from pawsight.text import printable

    if passed := passed_over([str(request.folder)], str(request.into)):
        click.echo(printable(passed))
    return request.plan()


def _show_pictures(plan: SortPlan, page: Path | None, settings: Settings, language: str, wanted: bool) -> None:
    """Write the contact sheet where it was asked for, or to a temporary folder, where somebody is to decide."""
    import tempfile

    from pawsight.batch.contact_sheet import write_contact_sheet
    from pawsight.batch.journal import PLAN, write_plain

    if not plan.photos or not (page or wanted):
        return
    if not page:
        page = Path(tempfile.mkdtemp(prefix="pawsight-plan-")) / "contact-sheet.html"
        write_plain(page.with_name(PLAN), plan)
    write_contact_sheet(plan, page, settings.local_limits, language)
    click.echo(f"In pictures: {page.absolute().as_uri()}")


def _finish(record: Path, outcomes: Iterable[SkippedFile | None], refused: Counter[str]) -> None:
    from pawsight.batch.plan import read_plan
    from pawsight.text import printable

    plan = read_plan(record)
    with on_ctrl_c(lambda: f"Add --resume to continue, or undo it with `{undo_command(plan.into)}`."):
        results = list(progress_bar(outcomes, len(plan.steps), "Sorting"))
    left = [one for one in results if one]
    name_files(left)
    done = [step for step, one in zip(plan.steps, results, strict=True) if step.verdict and not one]
    refiled = sum(step.refile for step in done)
    for name, number in refused.items():
        click.echo(f"The file system of {printable(plan.into)} did not take the {name} of {count(number, 'file')}.")
    updated = f", {count(refiled, 'photo')} of earlier sorts moved to another folder" if refiled else ""
    photos = count(len(done) - refiled, "photo")
    place = printable(plan.into)
    click.echo(f"{photos} {DONE[plan.mode]} into {place}{updated}. To undo it: {undo_command(plan.into)}")
    sys.exit(1 if left or plan.left else 0)
