"""A drive that is mounted elsewhere, and one that is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.batch.conftest import do_all

from pawsight.batch.undo import Undo, newest
from pawsight.errors import BadSort

Maker = Callable[..., Any]
MODES = ["copy", "move", "link"]


def undo(into: Path, folder: Path | None = None) -> Undo:
    undoing = Undo(newest(into), folder)
    kept = [one for one in undoing.run() if one]
    assert not kept
    undoing.clear(stays=[])
    return undoing


@pytest.mark.parametrize("mode", MODES)
def test_a_drive_that_is_mounted_elsewhere(mode: str, album: Path, plan_of: Maker, tree: Maker) -> None:
    before = tree(album)
    do_all(plan_of(album, mode))
    elsewhere = album.with_name("elsewhere")
    album.rename(elsewhere)
    undo(elsewhere / "deep" / "sorted")
    assert tree(elsewhere) == before
    assert not album.exists()


@pytest.mark.parametrize("mode", MODES)
def test_a_folder_that_is_not_found_is_not_made(mode: str, album: Path, plan_of: Maker, tree: Maker) -> None:
    into = do_all(plan_of(album, mode))
    before = tree(into)
    (album / "photos").rename(album / "away")
    with pytest.raises(BadSort, match=r"was not found\. Looked at: .*photos.*--to FOLDER"):
        Undo(newest(into))
    assert not (album / "photos").exists()
    assert tree(into) == before
    undo(into, album / "away")
    assert not into.exists()


def test_another_folder_of_the_same_name_is_not_taken(album: Path, plan_of: Maker) -> None:
    """Another memory card, mounted where the first one was."""
    into = do_all(plan_of(album, "move"))
    (album / "photos").rename(album / "away")
    (album / "photos").mkdir()
    (album / "photos" / "a.jpg").write_text("of another card")
    with pytest.raises(BadSort, match="was not found"):
        Undo(newest(into))
    assert (into / "cat" / "a.jpg").exists()


def test_the_drive_of_a_folder_below_is_missing(
    album: Path, plan_of: Maker, tree: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, mounted = tree(album), {album / "photos" / "sub"}
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) in mounted)
    into = do_all(plan_of(album, "move"))
    mounted.clear()
    with pytest.raises(BadSort, match="sub was another drive"):
        Undo(newest(into))
    mounted.add(album / "photos" / "sub")
    undo(into)
    assert tree(album) == before


def test_a_copied_drive_is_undone_where_it_stands(album: Path, plan_of: Maker, tree: Maker) -> None:
    before = tree(album)
    into = do_all(plan_of(album, "move"))
    shutil.copytree(album, album.with_name("backup"))
    undo(album.with_name("backup") / "deep" / "sorted")
    assert tree(album.with_name("backup")).keys() == before.keys()
    assert (into / "cat" / "a.jpg").exists()
    undo(into)
    assert tree(album) == before


def test_nothing_of_the_marker_remains(album: Path, plan_of: Maker) -> None:
    into = do_all(plan_of(album, "move"))
    assert len(list((album / "photos" / ".pawsight").iterdir())) == 1
    undo(into)
    assert not (album / "photos" / ".pawsight").exists()
    do_all(plan_of(album, "copy"))
    assert not (album / "photos" / ".pawsight").exists()
