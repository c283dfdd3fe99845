"""The whole of `pawsight watch`, as its own process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("watchdog", reason="watching needs the extra watch")


@contextmanager
def watching(log: Path, *words: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `pawsight watch` until the end of the block; what it prints goes into a file."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "pawsight", "watch", *map(str, words), "--settle", "0.1", "--gap", "3"]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def wait_for(fact: Callable[[], Any]) -> None:
    end = time.monotonic() + 60
    while not fact() and time.monotonic() < end:
        time.sleep(0.02)
    assert fact()


def test_a_folder_is_not_sorted_into_itself(photos: Path, tiny_model: Path, pawsight: Any) -> None:
    ran = pawsight("watch", photos, "--into", photos, "--model", tiny_model)
    assert (ran.code, ran.err) == (2, "Error: A folder cannot be sorted into itself. Choose another --into.\n")


def test_photos_are_sorted_as_they_arrive(
    photos: Path, picture: Any, tiny_model: Path, tmp_path: Path, pawsight: Any
) -> None:
    into, seen = tmp_path / "sorted", tmp_path / "seen"
    os.utime(photos / "cat.jpg", (1_000_000_000, 1_000_000_000))  # there before, and too old for a hook
    code = f"import sys; open({str(seen)!r}, 'a').write(sys.stdin.read() + chr(10))"
    hook = ["--on", "cat", f'{sys.executable} -c "{code}"']
    half, second = picture(seed=1), picture(seed=2)  # made before: both arrive within one visit
    with watching(log := tmp_path / "log", photos, "--into", into, "--model", tiny_model, "--move", *hook) as process:
        wait_for(lambda: len(list(into.rglob("*.jpg"))) == 5)
        assert not seen.exists()
        with (photos / "new's $(touch x).jpg").open("wb") as file:
            file.write(half[:400])
            file.flush()
            time.sleep(0.05)
            file.write(half[400:])
        (photos / "second.jpg").write_bytes(second)
        (photos / "broken.jpg").write_bytes(half[:400])
        wait_for(lambda: (into / "cat" / "second.jpg").exists() and seen.exists() and seen.read_text())
    out = log.read_text()
    assert process.returncode == 0, out
    (line,) = seen.read_text().splitlines()
    visit = json.loads(line)
    assert (visit["verdict"], visit["frames"]) == ("cat", 2)
    assert "cat: 2 photos (cat 0.9" in out
    assert "broken.jpg: " in out
    assert "too old for hooks" in out
    assert (into / "cat" / "new's $(touch x).jpg").exists()
    ran = pawsight("undo", into)
    assert ran.code == 0
    assert "Everything is as it was before" in ran.out
    assert (photos / "second.jpg").exists()


def test_a_restart_goes_on_where_it_was(photos: Path, picture: Any, tiny_model: Path, tmp_path: Path) -> None:
    into = tmp_path / "sorted"
    words = [photos, "--into", into, "--model", tiny_model]
    with watching(tmp_path / "log", *words):  # type: ignore[arg-type]
        wait_for(lambda: len(list(into.rglob("*.jpg"))) == 5)
    (photos / "new.jpg").write_bytes(picture(seed=1))
    with watching(tmp_path / "log", *words):  # type: ignore[arg-type]
        wait_for(lambda: (into / "cat" / "new.jpg").exists())
    assert len(list(into.rglob("*.jpg"))) == 6


def test_without_a_model_nothing_starts(pawsight: Any, photos: Path, tmp_path: Path) -> None:
    ran = pawsight("watch", photos, "--into", tmp_path / "sorted", "--model", tmp_path / "nowhere", "--on", "cat", "x")
    assert ran.code == 2
    assert "Watching" not in ran.out
    assert not (tmp_path / "sorted").exists()
