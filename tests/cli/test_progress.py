from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import time
from pawsight.cli import progress
progress.PATIENCE = {patience}
for number in progress.progress_bar(range({count}), {count}, "Counting"):
    time.sleep(0.02)
"""


def said(patience: float, terminal: bool, count: int = 5) -> str:
    """What a process draws on stderr, on a terminal or in a pipe."""
    pty = pytest.importorskip("pty", reason="needs a system with pseudo-terminals")
    ours, theirs = pty.openpty() if terminal else os.pipe()
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "TERM": "xterm"}
    subprocess.run(
        [sys.executable, "-c", CODE.format(patience=patience, count=count)], stderr=theirs, env=environment, check=True
    )
    os.set_blocking(ours, False)
    try:
        return os.read(ours, 1_000_000).decode()
    except BlockingIOError:
        return ""
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_bar_with_the_time_left() -> None:
    drawn = said(patience=1.05, terminal=True, count=60)
    assert "Counting" in drawn
    assert "60/60" in drawn
    assert "00:00:00" in drawn


def test_short_work_needs_no_bar() -> None:
    assert said(patience=60, terminal=True) == ""


def test_no_bar_where_nobody_watches() -> None:
    assert said(patience=0, terminal=False) == ""
