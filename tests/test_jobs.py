"""Work in a process of its own, seen through its folder."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight import jobs
from pawsight.jobs import Job, Status

PROGRAM = """
import sys, time
from pathlib import Path
from pawsight.errors import BadData
from pawsight.jobs import working

folder, what = Path(sys.argv[1]), sys.argv[2]
with working(folder, "count") as progress:
    if what == "refuse":
        raise BadData("Expected more.", "Bring more.")
    if what == "crash":
        raise ZeroDivisionError("secret")
    for number in progress(range(10_000 if what == "long" else 3), 10_000, "Counting"):
        time.sleep(0.01)
"""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path / "job")


@pytest.fixture
def start(job: Job) -> Callable[[str], None]:
    def start(what: str) -> None:
        job.start("count", [sys.executable, "-c", PROGRAM, str(job.folder), what])

    return start


def until(job: Job, reached: Callable[[Status], bool]) -> Status:
    for _ in range(3000):
        status = job.status()
        if status and reached(status):
            return status
        time.sleep(0.02)
    raise AssertionError(job.status())


def ended(status: Status) -> bool:
    return status.state != "running"


def test_none_was_started(job: Job) -> None:
    assert job.status() is None
    assert not job.runs
    assert not job.folder.exists()


def test_it_runs_and_ends(job: Job, start: Callable[[str], None]) -> None:
    start("short")
    assert job.runs  # at once, before its process has said a word
    assert until(job, ended).state == "done"
    assert not job.runs


def test_how_far_it_is(job: Job, start: Callable[[str], None]) -> None:
    start("long")
    status = until(job, lambda status: status.done > 0)
    assert (status.task, status.step, status.total) == ("count", "Counting", 10_000)
    assert status.left
    assert job.runs
    job.stop()
    assert until(job, ended).state == "stopped"


def test_refusals_are_reported(job: Job, start: Callable[[str], None]) -> None:
    start("refuse")
    status = until(job, ended)
    assert (status.state, status.reason) == ("failed", "Expected more. Bring more.")


def test_a_fault_of_ours_is_in_the_log(job: Job, start: Callable[[str], None]) -> None:
    start("crash")
    log = job.folder / "log"  # Python writes there once our own words on its end are written
    status = until(job, lambda status: ended(status) and "ZeroDivisionError: secret" in log.read_text())
    assert status.state == "failed"
    assert "secret" not in status.reason


def test_a_process_that_is_killed(job: Job, start: Callable[[str], None]) -> None:
    start("long")
    until(job, lambda status: status.done > 0)
    [held] = job.folder.glob("lock")
    os.kill(holder(held), signal.SIGKILL)
    status = until(job, ended)
    assert (status.state, status.reason) == ("failed", "Its process ended without a word.")
    start("short")
    assert until(job, ended).state == "done"


def holder(path: Path) -> int:
    """Who has a file open, but us."""
    inode = path.stat().st_ino
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(process.name) != os.getpid() and any(
                one.stat().st_ino == inode for one in (process / "fd").iterdir()
            ):
                return int(process.name)
        except OSError:
            continue
    raise AssertionError("nobody")


def test_a_process_that_never_began(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.start("count", [sys.executable, "-c", "pass"])
    assert job.runs
    monkeypatch.setattr(jobs, "_PATIENCE", 0.0)
    status = job.status()
    assert status
    assert status.state == "failed"


def test_time_left_by_forecast(tmp_path: Path) -> None:
    progress = jobs.JobProgress(tmp_path, "count")
    progress.expect(100)
    for _ in progress(range(3), 3, "Counting"):
        status = jobs.read(tmp_path)
        assert status
        assert status.left
        assert 90 < status.left <= 100
