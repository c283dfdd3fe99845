"""Small files that only their owner reads."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from pawsight.errors import ArchiveUnavailable, StorageFull
from pawsight.storage import private


def test_what_is_old_goes_and_what_another_process_took_first_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("old", "older", "new"):
        (tmp_path / name).write_bytes(b"x")
    for name in ("old", "older"):
        os.utime(tmp_path / name, (time.time() - 100, time.time() - 100))
    listed = Path.glob

    def glob(folder: Path, pattern: str) -> Iterator[Path]:
        found = sorted(listed(folder, pattern))
        (folder / "older").unlink()
        return iter(found)

    monkeypatch.setattr(Path, "glob", glob)
    private.remove_leftovers(tmp_path, 60)
    assert os.listdir(tmp_path) == ["new"]


def test_folders_that_a_killed_server_left_go(tmp_path: Path) -> None:
    for name in (".model-1", ".model-2", "models"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "card.json").touch()
        if name != ".model-2":
            os.utime(tmp_path / name, (time.time() - 100, time.time() - 100))
    private.remove_leftovers(tmp_path, 60, ".model-*")
    assert sorted(os.listdir(tmp_path)) == [".model-2", "models"]


def test_a_folder_that_two_take_away_at_once_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / "folder" / name).mkdir(parents=True)
    remove = os.rmdir

    def remove_twice(path: str, **options: Any) -> None:
        remove(path, **options)
        if path == "a":
            remove(path, **options)

    monkeypatch.setattr(os, "rmdir", remove_twice)
    private.remove_tree(tmp_path / "folder")
    private.remove_tree(tmp_path / "folder")
    assert os.listdir(tmp_path) == []


def test_what_the_system_refuses_names_no_path() -> None:
    with pytest.raises(StorageFull, match="room in the cellar, but its disk is full") as full, _cellar():
        raise OSError(errno.ENOSPC, "No space left on device", "/secret")
    with pytest.raises(ArchiveUnavailable, match="Expected the cellar to work") as gone, _cellar():
        raise OSError(errno.EIO, "Input/output error", "/secret")
    assert "secret" not in f"{full.value} {gone.value}"


def _cellar() -> AbstractContextManager[None]:
    return private.translated("the cellar")
