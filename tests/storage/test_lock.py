"""Locks that another process sees, and that end with the process that holds them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pawsight.storage.lock import is_locked, try_lock, wait_for_lock

HOLD = """
import sys
from pathlib import Path
from pawsight.storage.lock import try_lock
lock = try_lock(Path(sys.argv[1]))
print(bool(lock), flush=True)
sys.stdin.read()
"""


def test_one_holds_it_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    lock = try_lock(path)
    assert lock
    assert is_locked(path)
    assert try_lock(path) is None
    lock.release()
    assert not is_locked(path)


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "lock")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kill", [True, False])
def test_it_ends_with_its_process(tmp_path: Path, kill: bool) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "True\n"
        assert try_lock(path) is None
        with pytest.raises(TimeoutError):
            wait_for_lock(path, 0.01)
        if kill:
            process.kill()
        else:
            process.stdin.close()
        process.wait()
        assert not is_locked(path)
        wait_for_lock(path, 10).release()
