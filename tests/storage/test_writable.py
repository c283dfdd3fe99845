"""Whether something can be written at a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.permissions import closed

from pawsight.storage.writable import why_not_writable


@pytest.mark.parametrize("name", ["new", "new/below/it", "file", "."])
def test_what_can_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    assert why_not_writable(tmp_path / name) == ""
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert why_not_writable(tmp_path / "file" / "new") == f"{tmp_path / 'file'} is no folder"


@pytest.mark.parametrize("name", ["", "new", "new/below"])
def test_in_a_closed_folder(tmp_path: Path, name: str) -> None:
    (folder := tmp_path / "closed").mkdir()
    with closed(folder):
        assert why_not_writable(folder / name) == f"in {folder}: Permission denied"


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert why_not_writable(Path("new")) == ""
