"""Parallel work: how many processors may be used, and threads whose results come back in order."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUPS = Path("/proc/self/cgroup")


def usable_processors() -> int:
    """Return how many processors this process may use, at least 1.

    The smallest of: the machine's processors, the process's affinity (`taskset`, `--cpuset-cpus`), the container's
    quota (`--cpus`), and the variable `PYTHON_CPU_COUNT`, which Python 3.13 introduced.
    """
    override = os.environ.get("PYTHON_CPU_COUNT", "")
    if override.isdecimal() and int(override) > 0:
        return int(override)
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([allowed, *map(math.ceil, _quotas(_CGROUPS, _OWN_CGROUPS))]))


def _quotas(root: Path, own: Path) -> Iterator[float]:
    """Yield the processors that each control group around this process allows; nothing where there is no limit."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        return
    for _, controllers, path in (line.split(":", 2) for line in lines if line.count(":") >= 2):
        if controllers and "cpu" not in controllers.split(","):
            continue
        home = root / "cpu" if controllers else root
        inner = home / path.lstrip("/")
        for folder in (inner, *inner.parents):
            if not folder.is_relative_to(home):
                break
            if (quota := _quota(folder)) is not None:
                yield quota


def _quota(folder: Path) -> float | None:
    """Return a control group's quota in processors: version 2 has it in one file, version 1 in two."""
    try:
        if (new := folder / "cpu.max").exists():
            quota, period = new.read_text(encoding="ascii").split()
        else:
            quota, period = (
                (folder / f"cpu.cfs_{name}_us").read_text(encoding="ascii") for name in ("quota", "period")
            )
        return int(quota) / int(period) if int(quota) > 0 else None
    except (OSError, ValueError, ZeroDivisionError):  # `max` is no number: no limit
        return None


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int, window: int
) -> Generator[Result, None, None]:
    """Apply `work` in threads, in memory that does not grow with the number of items.

    Pillow and ONNX Runtime release Python's lock, so threads keep all processors busy.

    Args:
        work: called with one item; what it raises is raised here, when that item's turn comes.
        items: taken only as they are needed.
        workers: number of threads.
        window: the most items that are taken and whose results are not yet returned.

    Yields:
        Results, in the order of the items.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="pawsight")
    running: deque[Future[Result]] = deque()
    try:
        for item in items:
            running.append(pool.submit(work, item))
            if len(running) == window:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:  # also where the caller stops early or Ctrl-C is pressed: running work ends, waiting work never starts
        pool.shutdown(cancel_futures=True)


def in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of up to `size` items, taken as they are needed."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
