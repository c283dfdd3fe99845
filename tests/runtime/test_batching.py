"""Photos of several threads in one run: each gets its own outputs, and none waits for company."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pawsight.runtime import Outputs
from pawsight.runtime.batching import BatchingSession
from pawsight.types import Floats, Pixels

COUNT = 9


class Gate:
    """A graph whose outputs are what it saw, and whose first run waits until it may go on."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun, self.open = threading.Event(), threading.Event()

    def run(self, pixels: Pixels) -> Outputs:
        self.sizes.append(len(pixels))
        if len(self.sizes) == 1:
            self.begun.set()
            self.open.wait(60)
        if pixels.max() == 255:
            raise ZeroDivisionError
        means: Floats = pixels.mean(axis=(1, 2, 3)).astype(np.float32)
        return Outputs(means[:, None], means[:, None] * 2, means[:, None, None, None] * 3)


def photo(value: int) -> Pixels:
    return np.full((4, 4, 3), value, np.uint8)


def test_photos_that_wait_share_a_run() -> None:
    graph = Gate()
    session = BatchingSession(graph, most=4, at_once=1)
    with ThreadPoolExecutor(COUNT) as threads:
        first = threads.submit(session.run, photo(0))
        graph.begun.wait(60)
        others = [threads.submit(session.run, photo(number)) for number in range(1, COUNT)]
        while len(session._waiting) < COUNT - 1:
            threading.Event().wait(0.01)
        graph.open.set()
        found = [one.result(60) for one in (first, *others)]
    assert graph.sizes == [1, 4, 4]
    for number, out in enumerate(found):
        assert (out.scores.shape, out.maps.shape) == ((1, 1), (1, 1, 1, 1))
        assert (out.scores[0, 0], out.features[0, 0], out.maps[0, 0, 0, 0]) == (number, 2 * number, 3 * number)


def test_a_photo_alone_does_not_wait() -> None:
    graph = Gate()
    graph.open.set()
    session = BatchingSession(graph, at_once=1)
    assert [session.run(photo(value)).scores[0, 0] for value in (1, 2, 3)] == [1, 2, 3]
    assert graph.sizes == [1, 1, 1]


def test_a_run_that_fails_fails_for_each_and_the_next_goes_on() -> None:
    graph = Gate()
    session = BatchingSession(graph, at_once=1)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(session.run, photo(0))
        graph.begun.wait(60)
        others = [threads.submit(session.run, photo(255)) for _ in range(2)]
        while len(session._waiting) < len(others):
            threading.Event().wait(0.01)
        graph.open.set()
        assert first.result(60).scores[0, 0] == 0
        for one in others:
            with pytest.raises(ZeroDivisionError):
                one.result(60)
    assert session.run(photo(7)).scores[0, 0] == 7


def test_warming_up_makes_as_many_runs_at_once_as_there_may_be_and_reports_a_failure() -> None:
    class Meeting(Gate):
        """A graph whose runs wait for each other."""

        def __init__(self) -> None:
            super().__init__()
            self.open.set()
            self.both = threading.Barrier(2)

        def run(self, pixels: Pixels) -> Outputs:
            self.both.wait(60)
            return super().run(pixels)

    graph = Meeting()
    BatchingSession(graph, most=3, at_once=2).warm_up(4)
    assert set(graph.sizes) == {3}
    graph.both.abort()
    with pytest.raises(threading.BrokenBarrierError):
        BatchingSession(graph, most=3, at_once=2).warm_up(4)
