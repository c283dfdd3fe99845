"""A Ray cluster: a function mapped over items by tasks of one processor each, repeated where a machine is lost.

Tasks, not actors: Ray places them on machines that join later, too, and repeats those of a machine that is lost.
"""

from __future__ import annotations

import math
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import ray
from ray.exceptions import RayError, RayTaskError

from pawsight.errors import BadSettings, ClusterTaskFailed, PawsightError

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")

PATIENCE = 10.0  # seconds
RETRIES = 3  # of one task, after its process or machine was lost; a photo that crashes its process must have an end
ASK_EVERY = 5.0  # seconds
AHEAD = 2  # tasks for each processor: the next one is there when one ends


@contextmanager
def connected(workers: int | None = None) -> Iterator[Cluster]:
    """Connect to the cluster that the variable `RAY_ADDRESS` names; without it, Ray starts one on this machine.

    Args:
        workers: processors at a time; all of the cluster where None.

    Raises:
        BadSettings: there is no cluster at the address.
    """
    address = os.environ.get("RAY_ADDRESS", "")
    try:
        _reach(address)
        ray.init(configure_logging=False, log_to_driver=False, ignore_reinit_error=True)
    except Exception as error:  # Ray raises a bare Exception where its start takes too long
        reason = " ".join(str(error).split())[:200]
        raise BadSettings(
            f"Expected a Ray cluster at {address or 'this machine'}, but it cannot be used ({reason}).",
            "Start one with `ray start --head`, and name it in RAY_ADDRESS.",
        ) from error
    try:
        yield Cluster(workers)
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    """Raise OSError where nobody listens; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), PATIENCE).close()


class Cluster:
    """A connection, made by `connected`.

    In both maps, `work` is a function of a module that every machine has; it gets `shared`, which is small, and one
    item. Items are taken only as they are needed, so that there may be more of them than fit into memory.

    Args:
        workers: most tasks at a time; None for what the cluster has room for.
    """

    def __init__(self, workers: int | None) -> None:
        self._workers = workers
        self._room, self._asked = 0, -math.inf

    def in_order(
        self, work: Callable[[Shared, Item], Result], shared: Shared, items: Iterable[Item]
    ) -> Iterator[Result]:
        """Yield the results in the order of the items.

        Raises:
            ClusterTaskFailed: a task was lost `RETRIES` times again, or failed by a fault.
            PawsightError: what a task raised.
        """
        task, running = _task(work), deque[Any]()
        for item in items:
            running.append(task.remote(shared, item))
            if len(running) >= self._window():
                yield _result(running.popleft())
        while running:
            yield _result(running.popleft())

    def as_completed(
        self, work: Callable[[Shared, Item], Result], shared: Shared, items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result | ClusterTaskFailed]]:
        """Yield each item with its result as soon as that is there, or with the loss of its task.

        Raises:
            PawsightError: what a task raised, such as a full disk; a fault of ours as ClusterTaskFailed.
        """
        task, running = _task(work), dict[Any, Item]()
        for item in items:
            running[task.remote(shared, item)] = item
            if len(running) >= self._window():
                yield _next(running)
        while running:
            yield _next(running)

    def _window(self) -> int:
        """Return how many tasks are kept at the cluster; it is asked now and then, as machines join and leave."""
        if self._workers:
            return self._workers
        if (now := time.monotonic()) - self._asked > ASK_EVERY:
            resources: Any = ray.cluster_resources()  # type: ignore[no-untyped-call]
            self._room, self._asked = AHEAD * max(1, int(resources.get("CPU", 1))), now
        return self._room


def _task(work: Callable[[Shared, Item], Result]) -> Any:
    return ray.remote(num_cpus=1, max_retries=RETRIES)(work)


def _next(running: dict[Any, Item]) -> tuple[Item, Any]:
    """Wait for one of the tasks, and take it out."""
    (done,), _ = ray.wait(list(running), num_returns=1)
    item = running.pop(done)
    try:
        return item, _result(done)
    except _Lost as error:
        return item, error


class _Lost(ClusterTaskFailed):
    """The process or the machine of a task was lost, and those that repeated it, too."""


def _result(task: Any) -> Any:
    try:
        return ray.get(task)
    except RayTaskError as error:
        if isinstance(error.cause, PawsightError):
            raise error.cause from error
        raise ClusterTaskFailed(f"A task of the cluster failed ({_last_line(error)}).") from error
    except RayError as error:
        raise _Lost(f"A task was lost {RETRIES + 1} times ({type(error).__name__}).") from error


def _last_line(error: Exception) -> str:
    """Return the line of a remote traceback that says what went wrong."""
    return str(error).strip().splitlines()[-1][:200]
