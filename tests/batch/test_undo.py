"""What undo must not take away, and where it gives the last word to a person."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.batch.conftest import do_all, undo

from pawsight.batch.journal import JOURNAL
from pawsight.batch.sort import check_finished
from pawsight.batch.undo import newest
from pawsight.errors import BadSort

Maker = Callable[..., Any]


@pytest.mark.parametrize("mode", ["copy", "move"])
def test_a_file_changed_since_stays_and_is_named(mode: str, album: Path, plan_of: Maker, tree: Maker) -> None:
    before = tree(album)
    into = do_all(plan_of(album, mode))
    (into / "cat" / "a-2.jpg").write_text("rotated")
    (into / "dog" / "b.jpg.xmp").write_text("five stars")
    kept = {one.path: one.reason for one in undo(into)}
    assert kept == {
        str(into / name): "It was changed since it was sorted."
        for name in ("cat/a-2.jpg", "dog/b.jpg.xmp")[: 2 if mode == "copy" else 1]
    }
    if mode == "move":  # the sidecar goes with its photo
        assert (album / "photos" / "sub" / "b.jpg.xmp").read_text() == "five stars"
    assert (into / "cat" / "a-2.jpg").read_text() == "rotated"
    with pytest.raises(BadSort, match="undone in part"):
        check_finished(into)
    (into / "cat" / "a-2.jpg").unlink()  # a person has seen to it
    (into / "dog" / "b.jpg.xmp").unlink(missing_ok=True)
    rest = undo(into)
    assert len(rest) == (mode == "move")  # that photo is gone for good, and is named once more
    undo(into) if rest else None
    assert tree(album) == before if mode == "copy" else not (album / "photos/sub/a.jpg").exists()


def test_the_last_copy_is_never_removed(album: Path, plan_of: Maker) -> None:
    into = do_all(plan_of(album, "copy"))
    (album / "photos" / "a.jpg").unlink()
    (album / "photos" / "sub" / "b.jpg").write_text("painted over")
    reason = "Its original is gone or was changed, so this is the last copy."
    assert {Path(one.path).name: one.reason for one in undo(into)} == {"a.jpg": reason, "b.jpg": reason}
    assert (into / "cat" / "a.jpg").exists()
    assert (into / "dog" / "b.jpg").exists()
    assert not (into / "cat" / "a-2.jpg").exists()


def test_the_last_name_of_a_linked_photo_is_never_removed(album: Path, plan_of: Maker) -> None:
    into = do_all(plan_of(album, "link"))
    (album / "photos" / "a.jpg").unlink()
    assert [Path(one.path).name for one in undo(into)] == ["a.jpg"]


def test_a_linked_photo_that_was_changed_is_still_there_under_its_old_name(album: Path, plan_of: Maker) -> None:
    into = do_all(plan_of(album, "link"))
    with (into / "cat" / "a.jpg").open("r+") as file:
        file.write("new")
    assert undo(into) == []
    assert (album / "photos" / "a.jpg").read_text().startswith("new")
    assert not into.exists()


def test_an_old_place_that_is_taken(album: Path, plan_of: Maker) -> None:
    into = do_all(plan_of(album, "move"))
    (album / "photos" / "a.jpg").write_text("another photo")
    assert [one.reason for one in undo(into)] == ["Its old place is taken by another file."]
    assert (album / "photos" / "a.jpg").read_text() == "another photo"
    assert (into / "cat" / "a.jpg").exists()


def test_old_folders_come_back_with_their_times(album: Path, plan_of: Maker, tree: Maker) -> None:
    before = tree(album)
    into = do_all(plan_of(album, "move"))
    (album / "photos" / "sub").rmdir()
    assert undo(into) == []
    assert tree(album).keys() == before.keys()
    assert [row[:2] for row in tree(album).values()] == [row[:2] for row in before.values()]


def test_what_else_came_into_the_folders_stays(album: Path, plan_of: Maker) -> None:
    into = do_all(plan_of(album, "copy"))
    (into / "cat" / "mine.txt").write_text("mine")
    assert undo(into) == []
    assert [path.name for path in into.rglob("*")] == ["cat", "mine.txt"]


def test_a_folder_that_was_there_before_stays_as_it_was(album: Path, plan_of: Maker, tree: Maker) -> None:
    (album / "deep" / "sorted" / "cat").mkdir(parents=True)
    (album / "deep" / "sorted" / "cat" / "old.jpg").write_text("old")
    os.utime(album / "deep" / "sorted", ns=(1, 1))
    before = tree(album)
    assert undo(do_all(plan_of(album, "move"))) == []
    assert tree(album) == before


def test_a_time_that_was_changed_since_comes_back_too(album: Path, plan_of: Maker, tree: Maker) -> None:
    before = tree(album)
    into = do_all(plan_of(album, "move"))
    (into / "cat" / "a.jpg").touch()
    assert undo(into) == []
    assert tree(album) == before


def test_a_sorted_folder_that_was_carried_elsewhere(album: Path, plan_of: Maker, tree: Maker) -> None:
    before = tree(album)
    into = do_all(plan_of(album, "move"))
    into.rename(album / "elsewhere")
    assert undo(album / "elsewhere") == []
    left = {name: row for name, row in tree(album).items() if name not in (".", "deep")}
    assert left == {name: row for name, row in before.items() if name != "."}


def test_a_photo_that_a_person_overwrote_with_another(album: Path, plan_of: Maker) -> None:
    """Dragged onto a file of the same name: the other photo comes back, the overwritten one is named as lost."""
    into = do_all(plan_of(album, "move"))
    (into / "dog" / "b.jpg").replace(into / "cat" / "a-2.jpg")
    kept = undo(into)
    assert [(Path(one.path).name, one.reason) for one in kept] == [
        ("a-2.jpg", "It is neither here nor in its old place: it was moved or removed since.")
    ]
    assert (album / "photos" / "sub" / "b.jpg").read_bytes() == b"photos/sub/b.jpg" * 9
    assert (album / "photos" / "a.jpg").exists()


def test_a_journal_may_be_named(album: Path, plan_of: Maker) -> None:
    into = do_all(plan_of(album, "copy"))
    assert newest(into / ".pawsight" / "0001" / JOURNAL) == newest(into)


def test_nothing_to_undo(album: Path) -> None:
    with pytest.raises(BadSort, match="Nothing was sorted into"):
        newest(album)


def test_times_of_folders_that_others_own_are_not_ours_to_set(
    album: Path, plan_of: Maker, tree: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, utime = tree(album), os.utime

    def refuse(path: str | Path, ns: tuple[int, int]) -> None:
        if Path(path) == album:
            raise PermissionError(1, "Operation not permitted")
        utime(path, ns=ns)

    into = do_all(plan_of(album, "move"))
    monkeypatch.setattr(os, "utime", refuse)
    assert undo(into) == []
    assert {name: row for name, row in tree(album).items() if name != "."} == {
        name: row for name, row in before.items() if name != "."
    }


@pytest.mark.long
def test_real_kills(tiny_model: Path) -> None:
    """As `benchmarks/kill_sort.py` does with 10,000 files and 50 kills."""
    root = Path(__file__).parents[2]
    command = [sys.executable, root / "benchmarks" / "kill_sort.py", "--files", "200", "--kills", "3"]
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    done = subprocess.run(
        [*command, "--model", tiny_model], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": same") == 3
