"""`pawsight predict`: answers for photos, one line each."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pawsight.cli.cluster import engine_option, predict_here, predict_into
from pawsight.cli.form import form_option
from pawsight.cli.given import is_given
from pawsight.cli.interrupt import GO_ON, on_ctrl_c
from pawsight.cli.paths import check_outputs
from pawsight.cli.progress import progress_bar

if TYPE_CHECKING:
    from pawsight.batch.output import OutputFormat
    from pawsight.batch.run import PhotoHook, PhotoResult
    from pawsight.batch.summary import Summary
    from pawsight.classifier import Classifier
    from pawsight.model.card import ModelCard
    from pawsight.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--model", metavar="NAME", help="A shipped model (see `pawsight models`) or a model folder.")
@form_option("table", "jsonl", "csv", "parquet")
@click.option(
    "--explain",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write a picture of where the model looked for each photo into this folder.",
)
@click.option(
    "--looks-like",
    "resemblances",
    is_flag=True,
    help="Also name the animal, or the breed, that each photo looks like: a guess of the default model.",
)
@click.option(
    "--cache",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep answers in this file; the next run with it answers only for photos that are new or changed.",
)
@engine_option()
@click.option(
    "--output",
    metavar="ADDRESS",
    help="With --engine ray: let the machines write the predictions into this folder, as jsonl or parquet.",
)
@click.option(
    "--partition-size",
    type=click.IntRange(min=1),
    metavar="N",
    help="Photos in a file of --output: what is lost with a machine, and done again.  [default: 4096]",
)
@click.option("--summary-only", is_flag=True, help="Print only how many photos have each verdict, not each photo.")
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Photos at a time.  [default: four per processor; on a cluster one]"
)
def command(
    paths: tuple[str, ...],
    model: str | None,
    form: str,
    explain: Path | None,
    resemblances: bool,
    cache: Path | None,
    engine: str,
    output: str | None,
    partition_size: int | None,
    summary_only: bool,
    workers: int | None,
) -> None:
    """Say what is in photos: one line for each, as soon as it is known, and a summary at the end.

    PATH is a photo, a folder (with all below it), a glob in quotes, an address (https://..., or s3://... with the extra
    ray), or - for one photo on standard input. A PATH that is not there is refused before any work. A photo that cannot
    be read gets a line that says why; the summary names it again, and the exit code is then 1. Colors are left out
    where NO_COLOR is set.

    \b
    Examples:
      pawsight predict felix.jpg rex.jpg
      pawsight predict photos/ --format csv > answers.csv
      pawsight predict photos/ --summary-only
      pawsight predict https://example.com/felix.jpg
      pawsight predict photos/ --format jsonl --cache answers.db > answers.jsonl
      pawsight predict "photos/**/*.png" --explain heatmaps
      pawsight predict photos/ --looks-like
      RAY_ADDRESS=head:6379 pawsight predict s3://shelter/photos --engine ray --format jsonl
      RAY_ADDRESS=head:6379 pawsight predict s3://shelter/photos --engine ray --output s3://shelter/predictions
      cat felix.jpg | pawsight predict - --format jsonl
    """
    from pawsight.batch.find import check_paths, measure, walk
    from pawsight.batch.output import make_format
    from pawsight.batch.passed_over import passed_over
    from pawsight.classifier import Classifier
    from pawsight.settings import load_settings
    from pawsight.text import printable

    _check(paths, explain, resemblances, cache, engine)
    _check_output(output, partition_size, form, engine)
    check_paths(paths)
    check_outputs(cache=cache, explain=explain)
    settings = load_settings({"model": model, "threads": workers})
    if passed := passed_over(paths):
        click.echo(printable(passed), err=True)
    if output:
        _predict_into(output, settings, paths, workers, form, partition_size, summary_only)
        return
    extent = measure(paths)
    classifier = Classifier.load(settings.model, limits=settings.local_limits)
    if engine == "ray":
        answers = predict_here(settings, walk(paths), workers)
    else:
        answers = _answers(classifier, walk(paths), settings.threads, explain, cache)
    if summary_only or _writes_a_file():
        answers = progress_bar(answers, extent.photos, "Answering")
    lines = make_format(form, extent.longest, classifier.card.classes, color=_has_colors(), resemblances=resemblances)
    with on_ctrl_c(lambda: f"Answers are kept in {cache}. {GO_ON}") if cache else nullcontext():
        failed = _write(answers, lines, form, classifier.card.classes, summary_only)
    if failed:
        sys.exit(1)


def _check(paths: Sequence[str], explain: Path | None, resemblances: bool, cache: Path | None, engine: str) -> None:
    """Refuse options that do not go together."""
    from pawsight.batch.find import STDIN

    if STDIN in paths and sys.stdin.isatty():
        raise click.UsageError("- reads a photo from standard input, which is the keyboard here. Pipe a photo into it.")
    if explain and cache:
        raise click.UsageError("--explain does not go together with --cache: kept answers have no pictures.")
    if resemblances and (cache or engine == "ray"):
        raise click.UsageError("--looks-like needs predictions made here and now: leave out --cache, or --engine ray.")
    if engine == "ray" and (explain or cache or STDIN in paths):
        raise click.UsageError(
            "--engine ray does not go together with --explain, --cache and -, which work on one machine only."
        )


def _answers(
    classifier: Classifier, paths: Iterator[str], workers: int, explain: Path | None, cache: Path | None
) -> Iterator[PhotoResult]:
    from pawsight.batch.run import classify

    if cache:
        from pawsight.batch.cache import Cache

        return Cache(cache, classifier).classify(paths, workers)
    return classify(classifier, paths, workers, _overlays(explain, classifier.card))


def _check_output(output: str | None, size: int | None, form: str, engine: str) -> None:
    """Refuse what does not go together with partitions, or only with them."""
    if output and engine != "ray":
        raise click.UsageError("--output needs --engine ray. On one machine, redirect: --format jsonl > FILE.")
    if output and is_given("form") and form not in ("jsonl", "parquet"):
        raise click.UsageError("--output is written as --format jsonl or --format parquet.")
    if not output and (form == "parquet" or size):
        raise click.UsageError("--format parquet and --partition-size go together with --engine ray --output ADDRESS.")


def _predict_into(
    output: str,
    settings: Settings,
    paths: Sequence[str],
    workers: int | None,
    form: str,
    size: int | None,
    summary_only: bool,
) -> None:
    """Let a cluster write the predictions, and summarize here."""
    start = time.perf_counter()
    run = predict_into(output, settings, paths, workers, "parquet" if form == "parquet" else "jsonl", size)
    _summarize(run.summary, time.perf_counter() - start, "jsonl", summary_only)
    if run.summary.failed or run.lost:
        sys.exit(1)


def _overlays(folder: Path | None, card: ModelCard) -> PhotoHook | None:
    from pawsight.batch.overlays import Overlays
    from pawsight.errors import BadSettings

    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(
            f"The folder {str(folder)!r} for pictures cannot be made ({error.strerror}).",
            "Choose another folder.",
        ) from error
    return Overlays(folder, card)


def _writes_a_file() -> bool:
    """On a terminal the lines themselves show how it goes; in a pipe the next program has the terminal."""
    return sys.stderr.isatty() and stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)


def _has_colors() -> bool:
    """Return whether to use colors: on a terminal that can, unless NO_COLOR is set (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _write(
    answers: Iterable[PhotoResult], lines: OutputFormat, form: str, classes: Sequence[str], summary_only: bool
) -> int:
    """Write each prediction at once, then the summary, also after Ctrl-C; return how many photos failed."""
    from pawsight.batch.summary import Summary

    start, summary = time.perf_counter(), Summary(classes)
    if not summary_only and (header := lines.header()):
        click.echo(_encoded(header, form))
    try:
        for answer in answers:
            summary.add(answer)
            if not summary_only:
                click.echo(_encoded(lines.line(answer), form))
    except KeyboardInterrupt:
        _summarize(summary, time.perf_counter() - start, form, summary_only)
        raise
    _summarize(summary, time.perf_counter() - start, form, summary_only)
    return summary.failed


def _encoded(line: str, form: str) -> str | bytes:
    """Write for programs in UTF-8 whatever the console; a console shows letters that it lacks as escapes."""
    return line if form == "table" else line.encode()


def _summarize(summary: Summary, seconds: float, form: str, summary_only: bool) -> None:
    """Print the summary on standard error, or on standard output where it is all that was asked for."""
    if summary_only and form != "table":
        click.echo(summary.machine_readable(form).encode())
    for line in summary.lines(seconds):
        click.echo(line, err=not summary_only or form != "table")
