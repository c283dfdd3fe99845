"""`pawsight predict`: answers for photos, one line each."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.extras import needs_extra
from pawsight.cli.form import form_option

if TYPE_CHECKING:
    from pawsight.batch.lines import Lines
    from pawsight.batch.run import Answer, Watch
    from pawsight.card import ModelCard
    from pawsight.classifier import Classifier
    from pawsight.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--model", metavar="NAME", help="A shipped model (see `pawsight models`) or a model folder.")
@form_option("table", "jsonl", "csv")
@click.option(
    "--explain",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write a picture of where the model looked for each photo into this folder.",
)
@click.option(
    "--cache",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep answers in this file; the next run with it answers only for photos that are new or changed.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where to compute: here, or on the Ray cluster that RAY_ADDRESS names (extra ray).",
)
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Photos at a time.  [default: four per processor; on a cluster one]"
)
def command(
    paths: tuple[str, ...],
    model: str | None,
    form: str,
    explain: Path | None,
    cache: Path | None,
    engine: str,
    workers: int | None,
) -> None:
    """Say what is in photos: one line for each, as soon as it is known.

    PATH is a photo, a folder (with all below it), a glob in quotes, an address in object storage (s3://...), or - for
    one photo on standard input. A photo that cannot be read gets a line that says why, and the exit code is then 1.

    \b
    Examples:
      pawsight predict felix.jpg rex.jpg
      pawsight predict photos/ --format csv > answers.csv
      pawsight predict photos/ --format jsonl --cache answers.db > answers.jsonl
      pawsight predict "photos/**/*.png" --explain heatmaps
      RAY_ADDRESS=head:6379 pawsight predict s3://shelter/photos --engine ray --format jsonl
      curl -s https://example.com/felix.jpg | pawsight predict - --format jsonl
    """
    from pawsight.batch.find import STDIN, measure, passed_over, walk
    from pawsight.batch.lines import FORMATS, printable
    from pawsight.classifier import Classifier
    from pawsight.settings import load_settings

    if STDIN in paths and sys.stdin.isatty():
        raise click.UsageError(
            "Expected a photo on standard input for -, but it is the keyboard. Pipe a photo into it."
        )
    if explain and cache:
        raise click.UsageError("Expected --explain or --cache, but received both: kept answers have no pictures.")
    if engine == "ray" and (explain or cache or STDIN in paths):
        raise click.UsageError(
            "Expected --engine ray without --explain, --cache and -: these work on one machine only."
        )
    settings = load_settings({"model": model, "threads": workers})
    extent = measure(paths)
    if passed := passed_over(paths):
        click.echo(printable(passed), err=True)
    classifier = Classifier.load(settings.model, limits=settings.limits)
    if engine == "ray":
        answers = _on_cluster(settings, walk(paths), workers)
    else:
        answers = _answers(classifier, walk(paths), settings.threads, explain, cache)
    if _writes_a_file():
        from pawsight.cli.progress import watched

        answers = watched(answers, extent.photos, "Answering")
    failed = _write(answers, FORMATS[form](extent.longest, classifier.card.classes))
    if failed:
        sys.exit(1)


def _answers(
    classifier: Classifier, paths: Iterator[str], workers: int, explain: Path | None, cache: Path | None
) -> Iterator[Answer]:
    from pawsight.batch.run import answer

    if cache:
        from pawsight.batch.cache import Cache

        return Cache(cache, classifier).answer(paths, workers)
    return answer(classifier, paths, workers, _overlays(explain, classifier.card))


def _on_cluster(settings: Settings, paths: Iterator[str], workers: int | None) -> Iterator[Answer]:
    with needs_extra("ray"):
        from pawsight.batch.cluster import answer_on_cluster
    return answer_on_cluster(settings.model, paths, settings.limits, workers)


def _overlays(folder: Path | None, card: ModelCard) -> Watch | None:
    from pawsight.batch.overlays import Overlays
    from pawsight.errors import BadSettings

    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(
            f"Expected a folder to write pictures to at {str(folder)!r}, but it cannot be made ({error.strerror}).",
            "Choose another folder.",
        ) from error
    return Overlays(folder, card)


def _writes_a_file() -> bool:
    """On a terminal the lines themselves show how it goes; in a pipe the next program has the terminal."""
    return sys.stderr.isatty() and stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)


def _write(answers: Iterable[Answer], lines: Lines) -> int:
    """Write answers as they come, then one line of summary on stderr, also after Ctrl-C; how many photos failed."""
    start, count, failed = time.perf_counter(), 0, 0
    if header := lines.header():
        click.echo(header.encode())
    try:
        for answer in answers:
            click.echo(lines.line(answer).encode())  # bytes, because old consoles cannot show every name
            count, failed = count + 1, failed + (answer.error is not None)
    except KeyboardInterrupt:
        _summarise(count, failed, start)
        raise
    _summarise(count, failed, start)
    return failed


def _summarise(count: int, failed: int, start: float) -> None:
    rate = count / (time.perf_counter() - start)
    click.echo(f"{count:,} photo{'s'[: count != 1]}, {failed:,} failed, {rate:,.0f} photos/s.", err=True)
