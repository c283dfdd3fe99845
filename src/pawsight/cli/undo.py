"""`pawsight undo`: every file of a sort back in its old place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.progress import progress_bar

if TYPE_CHECKING:
    from pawsight.batch.plan import SkippedFile
    from pawsight.batch.undo import UndoReport

SHOWN = 20  # of the files that came back changed


@click.command()
@click.argument("place", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--to",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where the folder that was sorted is now, if it is not found.",
)
def command(place: Path, folder: Path | None) -> None:
    """Undo the newest sort into DIR: every name, place and time as it was before.

    DIR may also be a journal in it. Works after a kill or a power cut of the sort or of an earlier undo, for photos
    that you moved between the folders of DIR since, and for a drive that is mounted elsewhere now. Sidecars that were
    made later go back with a photo that was moved. A photo that was changed since it was sorted, or whose original is
    gone, is never removed: it stays and is named, and the exit code is 1.

    \b
    Examples:
      pawsight undo sorted
      pawsight undo /media/usb/sorted --to /media/usb/photos
    """
    from pawsight.batch.undo import Undo, newest

    undo = Undo(newest(place), folder)
    kept = [one for one in progress_bar(undo.run(), undo.steps, "Undoing") if one]
    undo.clear(stays=kept)
    _name([*kept, *undo.report.left])
    click.echo(_summary(undo.steps, kept, undo.report))
    if kept:
        sys.exit(1)


def _name(files: Iterable[SkippedFile]) -> None:
    from pawsight.text import printable

    for one in files:
        click.echo(f"  {printable(one.path)}: {one.reason}")


def _summary(steps: int, kept: Sequence[SkippedFile], report: UndoReport) -> str:
    """The last lines: they claim no more than what is so."""
    lines = []
    if report.moved_by_hand:
        lines.append(f"{_count(report.moved_by_hand, 'photo')} moved by hand since: back in their old places, too.")
    if report.changed:
        lines.append(f"{_count(len(report.changed), 'sidecar')} made or changed since, now with their photos:")
        lines += _some(report.changed)
    if kept:
        stays = "1 stays. Deal with it" if len(kept) == 1 else f"{len(kept):,} stay. Deal with them"
        lines.append(f"{_count(steps - len(kept), 'file')} back in place; {stays}, then undo again.")
    elif report.changed or report.left:
        others = len(report.changed) + len(report.left)
        added = "1 file named above was" if others == 1 else f"{others:,} files named above were"
        lines.append(f"All {_count(steps, 'file')} of the sort back in place; {added} added since.")
    else:
        lines.append(f"Everything is as it was before: {_count(steps, 'file')}.")
    return "\n".join(lines)


def _some(paths: Sequence[str]) -> list[str]:
    from pawsight.text import printable

    shown = [f"  {printable(path)}" for path in paths[:SHOWN]]
    return shown if len(paths) <= SHOWN else [*shown, f"  and {len(paths) - SHOWN:,} more"]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + "s" * (number != 1)
