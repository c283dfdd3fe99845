"""The options that say which process this is, where several train together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from pawsight.train.options import ProcessGroup


def process_group(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--coordinator`, `--processes` and `--process`; the command gets them as `group`, None without them."""

    @click.option(
        "--coordinator",
        metavar="HOST:PORT",
        help="Train on several machines: the address at which process 0 listens. Give the same command on each of "
        "them, but for --process.",
    )
    @click.option("--processes", type=click.IntRange(2), metavar="N", help="How many processes train together.")
    @click.option("--process", type=click.IntRange(0), metavar="I", help="Which of them this is: 0 to N - 1.")
    @functools.wraps(command)
    def checked(
        *words: Any, coordinator: str | None, processes: int | None, process: int | None, **options: Any
    ) -> Any:
        return command(*words, **options, group=_group(coordinator, processes, process))

    return checked


def _group(coordinator: str | None, processes: int | None, process: int | None) -> ProcessGroup | None:
    if coordinator is None and processes is None and process is None:
        return None
    if coordinator is None or processes is None or process is None:
        raise click.UsageError("--coordinator, --processes and --process belong together: give all three.")
    host, _, port = coordinator.rpartition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 65536):
        raise click.UsageError(f"{coordinator!r} is no address. Write HOST:PORT, such as 10.0.0.1:9911.")
    if process >= processes:
        raise click.UsageError(f"There is no process {process} of {processes}: the last one is {processes - 1}.")
    return ProcessGroup(coordinator, processes, process)
