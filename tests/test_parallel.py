"""Order, a bounded window, and an end that leaves nothing running."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pawsight import parallel
from pawsight.parallel import in_order, usable_processors


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
    started = []  # type: ignore[var-annotated]
    results = in_order(started.append, range(10**9), workers=2, window=4)
    next(results)
    results.close()
    assert len(started) <= 4
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pawsight")]


@pytest.fixture
def cgroups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Control groups in a folder of ours, on a machine of 96 processors that are all allowed."""
    monkeypatch.setattr(parallel, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(parallel, "_OWN_CGROUPS", tmp_path / "own")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(96)), raising=False)
    monkeypatch.delenv("PYTHON_CPU_COUNT", raising=False)
    return tmp_path


def set_quota(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def test_a_container_of_two_processors_on_a_large_host(cgroups: Path) -> None:
    (cgroups / "own").write_text("0::/\n")
    set_quota(cgroups / "cgroup", "cpu.max", "200000 100000\n")
    assert usable_processors() == 2


def test_a_part_of_a_processor_is_one(cgroups: Path) -> None:
    (cgroups / "own").write_text("0::/\n")
    set_quota(cgroups / "cgroup", "cpu.max", "50000 100000\n")
    assert usable_processors() == 1


def test_the_group_around_counts_too(cgroups: Path) -> None:
    (cgroups / "own").write_text("0::/system.slice/pawsight.service\n")
    set_quota(cgroups / "cgroup/system.slice/pawsight.service", "cpu.max", "max 100000\n")
    set_quota(cgroups / "cgroup/system.slice", "cpu.max", "350000 100000\n")
    assert usable_processors() == 4


def test_control_groups_of_version_1(cgroups: Path) -> None:
    (cgroups / "own").write_text("3:cpuset:/\n2:cpu,cpuacct:/docker/abc\n")
    set_quota(cgroups / "cgroup/cpu/docker/abc", "cpu.cfs_quota_us", "300000")
    set_quota(cgroups / "cgroup/cpu/docker/abc", "cpu.cfs_period_us", "100000")
    set_quota(cgroups / "cgroup/cpu", "cpu.cfs_quota_us", "-1")
    set_quota(cgroups / "cgroup/cpu", "cpu.cfs_period_us", "100000")
    assert usable_processors() == 3


@pytest.mark.parametrize("own", ["", "0::/\n", "nonsense\n", "0::/../../etc\n"])
def test_no_quota_is_no_limit(cgroups: Path, own: str) -> None:
    (cgroups / "own").write_text(own)
    assert usable_processors() == 96


def test_affinity_is_obeyed_whatever_the_host_shows() -> None:
    """As in a container pinned to one processor of a host that shows 96."""
    script = (
        "import os; os.cpu_count = lambda: 96\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from pawsight.parallel import usable_processors\n"
        "from pawsight.settings import Settings\n"
        "print(usable_processors(), Settings().threads, Settings().decoders)"
    )
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("needs processor affinity")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["1", "4", "1"]


def test_the_variable_of_python_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_CPU_COUNT", "3")
    assert usable_processors() == 3
