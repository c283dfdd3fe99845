"""`pawsight archive`: manage the uploads that the server keeps."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click
import msgspec

from pawsight.archive.entry import ArchiveEntry, Filter, Sort
from pawsight.cli.exclusive import exclusive_flags
from pawsight.cli.form import form_option
from pawsight.cli.progress import progress_bar
from pawsight.errors import BadArchive, BadSettings, EntryNotFound
from pawsight.settings import Settings, load_settings
from pawsight.text import shell_word

if TYPE_CHECKING:
    from pawsight.archive.store import Archive

PATH = click.Path(path_type=Path)
TITLES = ("id", "time (UTC)", "verdict", "confidence", "correction", "model", "kB")

Command = TypeVar("Command", bound=Callable[..., Any])


def at_archive(command: Command) -> Command:
    """The option that says which archive is meant."""
    text = "Folder of the archive.  [default: the setting archive]"
    return click.option("--archive", "folder", type=PATH, help=text)(command)


@click.group()
def command() -> None:
    """Manage the archive: the uploads that the server keeps.

    All of these may run while a server uses the archive.

    \b
    Examples:
      pawsight archive list --verdict unsure
      pawsight archive check
      pawsight archive backup /mnt/backup/monday
    """


@command.command(name="list")
@click.option("--verdict", help="Only this verdict: a class, both, neither, unsure or unanswered.")
@exclusive_flags(
    "corrected",
    {
        "--corrected": (True, "Only what a person has corrected."),
        "--not-corrected": (False, "Only what nobody has corrected."),
    },
)
@click.option(
    "--sort", type=click.Choice(get_args(Sort)), default="newest", show_default=True, help="Which come first."
)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Which page.")
@click.option("--size", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Entries on a page.")
@form_option("table", "jsonl")
@at_archive
def list_(folder: Path | None, form: str, sort: Sort, page: int, size: int, **wanted: Any) -> None:
    """List uploads and their predictions.

    \b
    Examples:
      pawsight archive list --verdict unsure --sort "least sure"
      pawsight archive list --corrected --format jsonl
    """
    with _open(folder) as archive:
        found = archive.find(Filter(**wanted), sort=sort, page=page, size=size)
    if form == "jsonl":
        for entry in found.entries:
            click.echo(msgspec.json.encode(entry).decode())
        return
    _show([TITLES, *(_row(entry) for entry in found.entries)])
    click.echo(f"Page {found.number} of {found.pages}, {found.total:,} in all.")


def _row(entry: ArchiveEntry) -> tuple[str, ...]:
    came, sure = f"{entry.created:%Y-%m-%d %H:%M:%S}", f"{entry.confidence:.1%}"
    return entry.id, came, entry.verdict, sure, entry.correction or "", entry.model, f"{entry.bytes / 1000:.0f}"


def _show(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@command.command()
@click.option("--repair", is_flag=True, help="Make files and index agree again; no photo is deleted.")
@at_archive
def check(folder: Path | None, repair: bool) -> None:
    """Read every file and compare it with the index.

    Faults that are found and not repaired end with exit code 1. With --repair, a photo without an entry gets one (see
    `pawsight archive classify`), and what cannot be used moves to lost+found.

    \b
    Example:
      pawsight archive check
    """
    from pawsight.archive.check import check

    with _open(folder, repairing=True) as archive:
        report = check(archive, repair=repair, watch=partial(progress_bar, label="Reading files"))
    for fault in report.faults:
        click.echo(f"{fault.kind}: {fault.name}" + (f" ({fault.repaired})" if fault.repaired else ""))
    click.echo(f"{report.files:,} files read, {len(report.faults):,} faults.")
    if report.aside:
        click.echo(f"{report.aside:,} files ({report.aside_bytes / 1000:.0f} kB) are in lost+found.")
    sys.exit(1 if any(not fault.repaired for fault in report.faults) else 0)


@command.command()
@click.option("--model", help="A shipped model's name or a model folder.  [default: the one that servers here use]")
@at_archive
def classify(folder: Path | None, model: str | None) -> None:
    """Classify the photos whose prediction was lost with the index.

    \b
    Example:
      pawsight archive check --repair
      pawsight archive classify
    """
    from pawsight.active_model import active_model
    from pawsight.archive.entry import UNANSWERED
    from pawsight.classifier import Classifier

    with _open(folder) as archive:
        classifier = Classifier.load(model or active_model(archive.settings).model, limits=archive.settings.limits)
        waiting = archive.find(Filter(verdict=UNANSWERED), size=2**31 - 1).entries
        for entry in progress_bar(waiting, len(waiting), "Classifying"):
            _classify(archive, entry, classifier)
    click.echo(f"{len(waiting):,} photos classified.")


def _classify(archive: Archive, entry: ArchiveEntry, classifier: Any) -> None:
    from pawsight.images.thumbnail import thumbnail

    start = time.perf_counter()
    pixels = classifier.decode(archive.photo(entry.id))
    prediction = classifier.predict_fitted([classifier.fit(pixels)])[0]
    took = round((time.perf_counter() - start) * 1000, 1)
    archive.replace_prediction(entry.id, prediction, thumbnail=thumbnail(pixels), milliseconds=took)


@command.command()
@click.argument("out", type=PATH)
@click.option(
    "--confident",
    type=click.FloatRange(0.5, 1),
    help="Also take photos that nobody corrected, from this confidence up.",
)
@at_archive
def export(out: Path, folder: Path | None, confident: float | None) -> None:
    """Copy corrected photos to OUT, a folder per class, for `pawsight learn` or `pawsight data prepare`.

    \b
    Example:
      pawsight archive export photos/
      pawsight data prepare photos/ --out data/mine
    """
    from pawsight.archive.export import export

    with _open(folder) as archive:
        done = export(archive, out, confident=confident)
    for label, number in done.counts.items():
        click.echo(f"{label}: {number:,}")
    if done.several:
        click.echo(f"{done.several:,} photos show several classes and are left out: a folder holds one class.")
    if done.lost:
        click.echo(
            f"{done.lost:,} photos are missing or damaged, and are left out: `pawsight archive check` names them."
        )
    if not done.counts:
        click.echo("Nothing to export: no photo with a correction shows one class. --confident also takes predictions.")
        sys.exit(1)
    click.echo(f"Wrote {out}. Next: pawsight learn {shell_word(out)} --out better")


@command.command()
@click.argument("model")
@click.option("--against", help="The model that is used now.  [default: the one that servers here use]")
@click.option("--force", is_flag=True, help="Let it pass even where a correction breaks.")
@form_option("text", "json")
@at_archive
def replay(model: str, against: str | None, force: bool, form: str, folder: Path | None) -> None:
    """Ask MODEL about the archive's photos before it takes the place of the one that answers now.

    Tells how many answers would flip, and which corrections by people it would fix and break. A broken one ends with
    exit code 1, and so does a photo that cannot be read. Nothing is changed.

    \b
    Examples:
      pawsight archive export photos/
      pawsight learn photos/ --out better
      pawsight archive replay better
    """
    from pawsight.active_model import active_model
    from pawsight.classifier import Classifier
    from pawsight.cli.replay_report import as_json, as_text
    from pawsight.evaluate.regression import replay

    with _open(folder) as archive:
        limits = archive.settings.limits
        new, old = (
            Classifier.load(one, limits=limits) for one in (model, against or active_model(archive.settings).model)
        )
        done = replay(archive, new, old, progress_bar)
    click.echo(as_json(done) if form == "json" else as_text(done, force=force))
    sys.exit(1 if done.unread or (done.broken and not force) else 0)


@command.command()
@click.option("--days", type=click.IntRange(1), help="Delete what is older.  [default: the setting retention_days]")
@click.option("--max-bytes", type=click.IntRange(0), help="Bytes that may stay.  [default: archive_max_bytes]")
@at_archive
def purge(folder: Path | None, days: int | None, max_bytes: int | None) -> None:
    """Delete what is too old, then what is too much; corrected photos go last.

    \b
    Example:
      pawsight archive purge --days 30
    """
    from pawsight.archive.retention import purge

    with _open(folder) as archive:
        days = days or archive.settings.retention_days
        limit = archive.settings.archive_max_bytes if max_bytes is None else max_bytes
        if days is None and limit is None:
            raise BadSettings(
                "There is no limit to apply.", "Give --days or --max-bytes, or set retention_days or archive_max_bytes."
            )
        gone = purge(archive.index, archive.files, days=days, max_bytes=limit)
    click.echo(f"{gone:,} entries deleted.")


@command.command()
@click.argument("ids", nargs=-1, required=True)
@at_archive
def delete(ids: tuple[str, ...], folder: Path | None) -> None:
    """Delete entries by their ids, with their photos, for good.

    \b
    Example:
      pawsight archive delete 0f8fad5bd9cb469fa16570867728950e
    """
    missing = 0
    with _open(folder) as archive:
        for id in ids:
            try:
                archive.delete(id)
            except EntryNotFound:
                missing += 1
                click.echo(f"{id}: not here", err=True)
    click.echo(f"{len(ids) - missing:,} entries deleted.")
    sys.exit(1 if missing else 0)


@command.command()
@click.argument("target", type=PATH)
@at_archive
def backup(target: Path, folder: Path | None) -> None:
    """Copy the archive to TARGET, a new folder, while it is in use.

    The copy is an archive like any other. An index in PostgreSQL is not copied: see docs/archive.md.

    \b
    Example:
      pawsight archive backup /mnt/backup/monday
      pawsight archive check --archive /mnt/backup/monday
    """
    from pawsight.archive.backup import backup

    with _open(folder) as archive:
        done = backup(archive, target, watch=partial(progress_bar, label="Copying files"))
    click.echo(
        f"Wrote {target}: {done.files:,} files" + (" and the index." if done.index else "; the index is in PostgreSQL.")
    )


def _open(folder: Path | None, *, repairing: bool = False) -> Archive:
    """Open an archive that exists; a mistyped name must not create a new one."""
    from pawsight.archive.store import Archive

    settings: Settings = load_settings({"archive": folder and str(folder)})
    if settings.archive_keep == "nothing":
        raise BadSettings("There is no archive: the setting archive_keep is nothing.")
    if not settings.archive_folder.is_dir():
        raise BadArchive(f"There is no archive at {settings.archive_folder}.", "Name one with --archive.")
    archive = Archive.open(settings)
    return archive if repairing else archive.require_index()
