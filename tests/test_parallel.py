"""Order, a bounded window, and an end that leaves nothing running."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from pawsight.parallel import in_order


def test_results_come_in_order_though_work_ends_out_of_order() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return number * number

    assert list(in_order(slow_first, range(20), workers=4, window=8)) == [number * number for number in range(20)]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_fewer_items_than_the_window(count: int) -> None:
    assert list(in_order(str, range(count), workers=2, window=4)) == [str(number) for number in range(count)]


def test_items_are_taken_only_as_needed() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    for given, _ in enumerate(in_order(lambda number: number, items(), workers=2, window=6)):
        assert taken <= given + 6
    assert taken == 1000


def test_an_error_comes_in_its_turn() -> None:
    results = in_order(lambda number: 6 // number, [3, 2, 0, 1], workers=2, window=3)
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_closing_early_leaves_no_thread_and_starts_nothing_more() -> None:
    started = []
    results = in_order(started.append, range(10**9), workers=2, window=4)
    next(results)
    results.close()
    assert len(started) <= 4
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pawsight")]
