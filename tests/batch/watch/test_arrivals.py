from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.batch.watch import arrivals

pytest.importorskip("watchdog", reason="watching needs the extra watch")


def wait_for(found: Callable[[], list[str]], enough: int = 1) -> list[str]:
    """Ask until files are there."""
    end, names = time.monotonic() + 20, list[str]()
    while len(names) < enough and time.monotonic() < end:
        names += [os.path.basename(path) for path in found()]
        time.sleep(0.01)
    return names


@pytest.mark.parametrize("polling", [False, True])
def test_new_photos_are_noticed(tmp_path: Path, polling: bool) -> None:
    (tmp_path / "old.jpg").write_bytes(b"there at the start")
    with arrivals.Arrivals(tmp_path, tmp_path / "sorted", 0.05, polling) as watched:
        assert wait_for(watched.ready) == ["old.jpg"]
        (tmp_path / "below").mkdir()
        (tmp_path / "sorted").mkdir()
        for name in ("sorted/a.jpg", "notes.txt", ".hidden.jpg", "below/new.JPG"):
            (tmp_path / name).write_bytes(b"photo")
        (tmp_path / "part.tmp").write_bytes(b"photo")
        (tmp_path / "part.tmp").rename(tmp_path / "renamed.jpg")
        assert sorted(wait_for(watched.ready, 2)) == ["new.JPG", "renamed.jpg"]


def test_a_half_written_file_waits(tmp_path: Path) -> None:
    with arrivals.Arrivals(tmp_path, tmp_path / "sorted", 0.3) as watched, (tmp_path / "a.jpg").open("wb") as file:
        for _ in range(20):
            file.write(b"x")
            file.flush()
            assert watched.ready() == []
            time.sleep(0.03)
        assert wait_for(watched.ready) == ["a.jpg"]


def test_an_empty_file_waits_and_a_removed_one_is_forgotten(tmp_path: Path) -> None:
    with arrivals.Arrivals(tmp_path, tmp_path / "sorted", 0.01) as watched:
        (tmp_path / "empty.jpg").touch()
        (tmp_path / "gone.jpg").write_bytes(b"x")
        (tmp_path / "gone.jpg").unlink()
        (tmp_path / "whole.jpg").write_bytes(b"x")
        assert wait_for(watched.ready) == ["whole.jpg"]
        assert "gone.jpg" not in {os.path.basename(path) for path in watched._waiting}


def test_more_than_can_wait_are_listed_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_WAITING", 3)
    for number in range(10):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
    with arrivals.Arrivals(tmp_path, tmp_path / "sorted", 0.01) as watched:
        found = set[str]()
        end = time.monotonic() + 20
        while len(found) < 10 and time.monotonic() < end:
            ready = watched.ready()
            assert len(watched._waiting) <= 3
            for path in ready:
                found.add(os.path.basename(path))
                os.unlink(path)  # as a sort does
        assert len(found) == 10
