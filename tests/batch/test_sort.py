"""A sort that is stopped anywhere can be taken back or gone on with, and nothing is ever lost or overwritten."""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.batch.conftest import do, undo

from pawsight.batch import files, sort
from pawsight.batch.journal import JOURNAL, read_journal
from pawsight.batch.sort import begin, carry_out, check_ready
from pawsight.errors import BadSort

MODES = ["copy", "move", "link", "carry"]  # carry: move to another disk
CALLS = ["open", "write", "fsync", "replace", "link", "unlink", "mkdir", "rmdir", "utime"]
Any_ = Callable[..., Any]


class Killed(BaseException):
    """As sudden as kill -9: no `except` in the package catches it."""


@pytest.fixture
def two_disks(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make `photos` and all else look like two disks."""

    def split() -> None:
        replace = os.replace

        def refuse(source: Any, target: Any) -> None:
            if ("photos" in Path(source).parts) != ("photos" in Path(target).parts):
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            replace(source, target)

        monkeypatch.setattr(os, "replace", refuse)

    return split


@contextmanager
def killed_at(call: int) -> Iterator[None]:
    """Stop at the `call`-th of all calls that change the disk; no more than that many are made."""
    left = iter(range(call))
    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, _counted(getattr(os, name), left))
        yield


def _counted(real: Any_, left: Iterator[int]) -> Any_:
    def counted(*arguments: Any, **options: Any) -> Any:
        if next(left, None) is None:
            raise Killed
        return real(*arguments, **options)

    return counted


def undo_if_begun(into: Path) -> None:
    if (into / ".pawsight").exists() and any((into / ".pawsight").iterdir()):
        assert undo(into) == []


def mode_of(mode: str, two_disks: Callable[[], None]) -> str:
    if mode == "carry":
        two_disks()
        return "move"
    return mode


@pytest.mark.parametrize("mode", MODES)
def test_there_and_back(mode: str, album: Path, plan_of: Any_, tree: Any_, two_disks: Any_) -> None:
    before = tree(album)
    plan = plan_of(album, mode_of(mode, two_disks))
    assert do(plan) == []
    into = Path(plan.into)
    for step in plan.steps:
        target = into / step.target
        assert files.fingerprint(target) == step.sha256
        if step.source:
            assert target.stat().st_mtime_ns == step.mtime_ns
            assert (target.stat().st_mode & 0o777) == before[f"photos/{step.source}"][2] & 0o777
            assert Path(plan.folder, step.source).exists() == (mode in ("copy", "link"))
    assert not list(into.rglob(files.PART))
    assert undo(into) == []
    assert tree(album) == before


@pytest.mark.parametrize("mode", MODES)
def test_killed_anywhere_then_undone(
    mode: str, album: Path, plan_of: Any_, tree: Any_, two_disks: Any_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every single call that changes the disk is the last one, once; then undo, itself killed once, at random."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # slow, and nobody cuts the power here
    plan, before = plan_of(album, mode_of(mode, two_disks)), tree(album)
    into, dice = Path(plan.into), random.Random(0)
    for call in count():
        try:
            with killed_at(call):
                do(plan)
        except Killed:
            pass
        else:
            break
        try:
            with killed_at(dice.randrange(60)):
                undo_if_begun(into)
        except Killed:
            pass
        undo_if_begun(into)
        now = tree(album)
        begun = set(now) - set(before)
        assert {name.split("/")[0] for name in begun} <= {"deep"}, f"call {call}"
        assert not [name for name in begun if now[name][0]], f"call {call}"
        assert {name: now[name] for name in before if name != "."} == {
            name: before[name] for name in before if name != "."
        }, f"call {call}"
        shutil.rmtree(album / "deep", ignore_errors=True)
        os.utime(album, ns=(before["."][1], before["."][1]))
    assert call > 30


@pytest.mark.parametrize("mode", MODES)
def test_killed_anywhere_then_gone_on_with(
    mode: str, album: Path, plan_of: Any_, tree: Any_, two_disks: Any_, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    plan, before = plan_of(album, mode_of(mode, two_disks)), tree(album)
    into = Path(plan.into)
    record = begin(plan)
    for call in count(0, 3):
        try:
            with killed_at(call):
                assert not [left for left in carry_out(record) if left]
        except Killed:
            pass
        else:
            break
        assert not [left for left in carry_out(record) if left]
        assert [files.fingerprint(into / step.target) for step in plan.steps] == [step.sha256 for step in plan.steps]
        assert read_journal(record / JOURNAL).finished
        assert undo(into) == []
        assert tree(album) == before
        record = begin(plan)
    assert call > 15


def test_a_sort_that_was_stopped_says_so(album: Path, plan_of: Any_) -> None:
    plan = plan_of(album, "copy")
    outcomes = carry_out(begin(plan))
    next(outcomes)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    with pytest.raises(BadSort, match=r"stopped after 2 of 5 steps.*pawsight undo.*--resume"):
        check_ready(plan)


def test_two_sorts_stand_on_each_other(album: Path, plan_of: Any_, tree: Any_) -> None:
    plan = plan_of(album, "copy")
    do(plan)
    between = tree(album)
    again = plan_of(album, "copy")
    check_ready(again)
    left = do(again)
    assert [one.reason for one in left[:1]] == ["A file with its new name has appeared there since."]
    assert len(left) == 5
    assert undo(Path(plan.into)) == []
    assert tree(album) == between


def test_nothing_is_overwritten(album: Path, plan_of: Any_) -> None:
    for mode in ("copy", "link", "move"):
        plan = plan_of(album, mode)
        record = begin(plan)
        (Path(plan.into) / "dog").mkdir(exist_ok=True)
        (Path(plan.into) / "dog" / "b.jpg").write_text("mine")
        left = [one for one in carry_out(record) if one]
        assert [one.path for one in left] == ["sub/b.jpg", "dog/b.jpg.xmp"]
        assert (Path(plan.folder) / "sub" / "b.jpg").exists()
        assert undo(Path(plan.into)) == []
        assert (Path(plan.into) / "dog" / "b.jpg").read_text() == "mine"
        shutil.rmtree(album / "deep")


@pytest.mark.parametrize("mode", ["copy", "link", "move"])
def test_a_photo_that_was_changed_since_the_plan_stays(mode: str, album: Path, plan_of: Any_) -> None:
    plan = plan_of(album, mode)
    record = begin(plan)
    (Path(plan.folder) / "a.jpg").write_text("another picture")
    left = [one for one in carry_out(record) if one]
    assert [one.path for one in left] == ["a.jpg", "a.jpg.xmp"]
    assert "changed after it was classified" in left[0].reason
    assert not (Path(plan.into) / "cat" / "a.jpg").exists()


def test_a_copy_is_compared_with_what_was_answered_for(album: Path, plan_of: Any_) -> None:
    """Also where size and time are as they were."""
    plan = plan_of(album, "copy")
    photo = Path(plan.folder) / "a.jpg"
    photo.write_bytes(b"!" * photo.stat().st_size)
    os.utime(photo, ns=(10**18, plan.steps[0].mtime_ns))
    assert [one.path for one in do(plan)] == ["a.jpg", "a.jpg.xmp"]


def test_a_full_disk_ends_it_in_words(album: Path, plan_of: Any_, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(album, "copy")
    record = begin(plan)

    def full(source: Path, part: Path) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "copy", full)
        with pytest.raises(BadSort, match=r"No space left on device.*--resume.*undo"):
            list(carry_out(record))
    assert [one for one in carry_out(record) if one] == []


def test_a_journal_that_cannot_grow_ends_it_in_words_and_undo_still_works(
    album: Path, plan_of: Any_, tree: Any_, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, before, write = plan_of(album, "move"), tree(album), os.write
    record = begin(plan)

    def full(handle: int, data: bytes) -> int:
        if b'"done": 2' in data or b"undo" in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(BadSort, match="No space left on device"):
        list(carry_out(record))
    assert undo(Path(plan.into)) == []
    assert tree(album) == before


def test_a_photo_edited_between_two_tries_is_still_known_to_undo(album: Path, plan_of: Any_) -> None:
    plan = plan_of(album, "move")
    record = begin(plan)
    outcomes = carry_out(record)
    assert [next(outcomes), next(outcomes)] == [None, None]
    outcomes.close()  # type: ignore[attr-defined]
    (Path(plan.into) / "cat" / "a.jpg").write_text("rotated")
    assert [one.path for one in carry_out(record) if one] == ["a.jpg", "a.jpg.xmp"]
    assert [(Path(one.path).name, one.reason) for one in undo(Path(plan.into))] == [
        ("a.jpg", "It was changed since it was sorted.")
    ]


def test_class_folders_that_are_none_are_named_before(album: Path, plan_of: Any_) -> None:
    plan = plan_of(album, "move")
    into = Path(plan.into)
    into.mkdir(parents=True)
    (into / "dog").write_text("mine")
    with pytest.raises(BadSort, match="dog: it is a file"):
        check_ready(plan)
    (into / "dog").unlink()
    (into / "dog").symlink_to("nowhere")
    with pytest.raises(BadSort, match="a broken link"):
        check_ready(plan)
    (into / "nowhere").mkdir()
    check_ready(plan)


def test_what_is_in_the_way_is_said_before(album: Path, plan_of: Any_, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(album, "copy")
    (album / "deep").write_text("no folder")
    with pytest.raises(BadSort, match="may not be written to"):
        check_ready(plan)
    (album / "deep").unlink()
    monkeypatch.setattr(sort, "ROOM", 1e15)
    with pytest.raises(BadSort, match="MB of room"):
        check_ready(plan)
    check_ready(plan_of(album, "link"))
