"""What is replaced is the old or the new, never a part of it, and nothing is left over."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

import pytest

from pawsight.errors import BadArchive
from pawsight.storage.atomic import PRIVATE, new_folder, replacing, replacing_folder, write_file


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "best.weights.h5"
    path.write_text("old")
    with replacing(path) as part:
        assert part.name.endswith(".weights.h5")
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == [path.name]


def fail(path: Path, why: str) -> None:
    path.write_text("half")
    raise OSError(why)


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(OSError, match="half"), replacing(path) as part:
        fail(part, "half")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_who_may_read_it(tmp_path: Path) -> None:
    write_file(tmp_path / "secret", b"x", mode=PRIVATE, lasting=True)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    with pytest.raises(FileNotFoundError):
        write_file(tmp_path / "missing" / "file", b"x")


@pytest.mark.parametrize("before", [True, False])
def test_a_folder_is_replaced(tmp_path: Path, before: bool) -> None:
    target = tmp_path / "set"
    if before:
        target.mkdir()
        (target / "old").touch()
    with replacing_folder(target) as building:
        (building / "new").touch()
    assert os.listdir(target) == ["new"]
    assert os.listdir(tmp_path) == ["set"]


def test_a_failure_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "set"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(OSError, match="full"), replacing_folder(target) as building:
        fail(building / "new", "full")
    assert os.listdir(target) == ["old"]
    assert os.listdir(tmp_path) == ["set"]


def test_a_folder_that_cannot_take_its_place(tmp_path: Path) -> None:
    target = tmp_path / "set"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(FileNotFoundError), replacing_folder(target) as building:
        building.rmdir()
    assert os.listdir(target) == ["old"]
    assert os.listdir(tmp_path) == ["set"]


def test_a_new_folder_replaces_nothing(tmp_path: Path) -> None:
    with new_folder(tmp_path / "copy") as building:
        (building / "file").touch()
    assert os.listdir(tmp_path) == ["copy"]
    with pytest.raises(BadArchive, match="holds something"), new_folder(tmp_path / "copy"):
        pass
    assert os.listdir(tmp_path / "copy") == ["file"]


@pytest.fixture
def a_day_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: now)


LEFT = (".building-01234567-set [1]", ".old-01234567-set [1]")
OTHERS = (".building-0123456-set [1]", ".old-01234567-set 1", "set [1]")


@pytest.mark.usefixtures("a_day_later")
def test_what_a_killed_program_left_is_cleared_a_day_later(tmp_path: Path) -> None:
    for name in (*LEFT, *OTHERS):
        (tmp_path / name / "inside").mkdir(parents=True)
    with replacing_folder(tmp_path / "set [1]"):
        assert not set(LEFT) & set(os.listdir(tmp_path))
    assert set(os.listdir(tmp_path)) == set(OTHERS)


@pytest.mark.usefixtures("a_day_later")
def test_a_folder_that_a_killed_program_took_away_comes_back(tmp_path: Path) -> None:
    (tmp_path / ".old-01234567-set").mkdir()
    (tmp_path / ".old-01234567-set" / "mine").touch()
    with pytest.raises(OSError, match="half"), replacing_folder(tmp_path / "set") as building:
        fail(building / "file", "half")
    assert os.listdir(tmp_path) == ["set"]
    assert os.listdir(tmp_path / "set") == ["mine"]


def test_what_may_still_be_written_to_stays(tmp_path: Path) -> None:
    (tmp_path / ".building-01234567-set").mkdir()
    with replacing_folder(tmp_path / "set"):
        pass
    assert set(os.listdir(tmp_path)) == {".building-01234567-set", "set"}
