"""`pawsight undo`: a sort taken back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pawsight.cli.progress import watched


@click.command()
@click.argument("place", type=click.Path(path_type=Path), metavar="DIR")
def command(place: Path) -> None:
    """Take back the newest sort into DIR: every name, place and time as it was before.

    DIR may also be a journal in it. Works after a kill or a power cut as well, of the sort or of an earlier undo. A
    file that was changed since it was sorted, or whose original is gone, is never removed: it stays, is named, and the
    exit code is 1.

    \b
    Examples:
      pawsight undo sorted
      pawsight undo sorted/.pawsight/0001/journal.jsonl
    """
    from pawsight.batch.journal import JOURNAL, read_journal
    from pawsight.batch.lines import printable
    from pawsight.batch.undo import clear, newest, take_back

    record = newest(place)
    steps = len(read_journal(record / JOURNAL).steps)
    kept = [one for one in watched(take_back(record), steps, "Taking back") if one]
    clear(record, stays=bool(kept))
    for one in kept:
        click.echo(f"  {printable(one.path)}: {one.reason}".encode())
    if kept:
        stays = "1 stays. See to it" if len(kept) == 1 else f"{len(kept):,} stay. See to these"
        click.echo(f"{steps - len(kept):,} files are as they were; {stays}, then undo again.")
        sys.exit(1)
    click.echo(f"Everything is as it was before: {steps:,} files.")
