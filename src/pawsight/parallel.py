"""Work on many things at a time, and hand the results out in order, in memory that does not grow with their number."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int, window: int
) -> Generator[Result, None, None]:
    """Apply `work` in threads; Pillow and ONNX Runtime let go of Python's lock, so that all processors are busy.

    Args:
        work: called with one item; what it raises is raised here, in its turn.
        items: taken only as they are needed.
        workers: threads.
        window: items taken whose results are not handed out yet, at most.
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
    finally:  # also where the reader stops early or Ctrl-C is pressed: what runs ends, what waits never starts
        pool.shutdown(cancel_futures=True)
