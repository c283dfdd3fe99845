"""`--engine ray`, the same for all commands that take it, and `pawsight predict --output`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pawsight.cli.interrupt import GO_ON, on_ctrl_c
from pawsight.extras import needs_extra

if TYPE_CHECKING:
    from pawsight.batch.partitions.run import PartitionedRun
    from pawsight.batch.run import PhotoResult
    from pawsight.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

PARTITION_SIZE = 4096  # photos: about a minute of one processor, which is what a lost machine costs for each of its
REPORT_EVERY = 15.0  # seconds


def engine_option() -> Callable[[Command], Command]:
    """Return the option, as the parameter `engine`."""
    return click.option(
        "--engine",
        type=click.Choice(["local", "ray"]),
        default="local",
        show_default=True,
        help="Where to compute: here, or on the Ray cluster that RAY_ADDRESS names (extra ray).",
    )


def predict_here(settings: Settings, paths: Iterator[str], workers: int | None) -> Iterator[PhotoResult]:
    """Classify on the cluster, and collect the predictions here."""
    with needs_extra("ray"):
        from pawsight.batch.ray_engine import classify_on_cluster
    return classify_on_cluster(settings.model, paths, settings.local_limits, workers)


def predict_into(
    output: str, settings: Settings, words: Sequence[str], workers: int | None, form: str, size: int | None
) -> PartitionedRun:
    """Classify on the cluster, whose machines write the predictions; after Ctrl-C, say how to go on.

    Args:
        output: path or address of a folder.
        words: what to classify, as for `pawsight.batch.find.walk`.
        workers: processors at a time; None for all.
        form: `jsonl` or `parquet`.
        size: photos in a partition; None for as many as before, or `PARTITION_SIZE`.
    """
    from pawsight import zoo
    from pawsight.model.card import read_card

    card = read_card(zoo.find(settings.model))
    with needs_extra("ray"):
        from pawsight.batch.partitions.output_folder import OutputFolder
        from pawsight.batch.partitions.run import PartitionedRun, make_manifest
        from pawsight.batch.ray_engine import SharedClassifier
        from pawsight.cluster.connection import connected
        from pawsight.cluster.shared_model import share_model
    from pawsight.batch.find import walk

    words = [_absolute(word) for word in words]
    run = PartitionedRun(OutputFolder(output), make_manifest(card, words, form, size or PARTITION_SIZE), card.classes)
    with (
        on_ctrl_c(lambda: f"{run.written + run.found:,} partitions are complete. {GO_ON}"),
        connected(workers) as cluster,
    ):
        shared = SharedClassifier(share_model(settings.model), settings.local_limits)
        run.run(cluster, shared, walk(words), _report(run))
    if run.found:
        click.echo(f"{run.found:,} partitions were complete before; the summary is of the others.", err=True)
    if run.lost:
        click.echo(
            f"{len(run.lost):,} partitions were lost with their machines, first {run.lost[0].name}. "
            "To try them again, give the same command again.",
            err=True,
        )
    return run


def _absolute(word: str) -> str:
    """Return a path as it is from the root: what is written lasts longer than the current folder."""
    from pawsight.batch.object_storage import is_address

    return word if is_address(word) else os.path.abspath(word)


def _report(run: PartitionedRun) -> Callable[[], None]:
    """Return what says now and then how far a run is; how many photos there are is not known before its end."""
    start = last = time.monotonic()

    def report() -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= REPORT_EVERY:
            last = now
            speed = run.summary.photos / (now - start)
            click.echo(f"{run.summary.photos:,} photos in {run.written:,} partitions, {speed:,.0f} photos/s", err=True)

    return report
