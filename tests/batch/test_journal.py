"""What is on the disk before and after a kill, a power cut, or an edit by somebody else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.batch.conftest import do, undo

from pawsight.batch import sort
from pawsight.batch.journal import JOURNAL, PLAN, Journal, records
from pawsight.batch.sort import begin, carry_out
from pawsight.batch.undo import newest
from pawsight.errors import BadSort

Any_ = Callable[..., Any]


def test_intents_are_on_the_disk_before_their_steps(
    album: Path, plan_of: Any_, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(album, "move")
    monkeypatch.setattr(sort, "BUNDLE", 2)
    record = begin(plan)
    synced, fsync, really_do = [0], os.fsync, sort._do

    def watch(handle: int) -> None:
        fsync(handle)
        synced[0] = (record / JOURNAL).stat().st_size

    def check(step: Any, *rest: Any) -> Any:
        assert f'"{step.target}"' in (record / JOURNAL).read_bytes()[: synced[0]].decode()
        return really_do(step, *rest)

    monkeypatch.setattr(os, "fsync", watch)
    monkeypatch.setattr(sort, "_do", check)
    assert [one for one in carry_out(record) if one] == []


@pytest.mark.parametrize("tail", [b'{"intent": 5, "st', b"\0" * 100, b"\0\0\n", b""])
def test_what_a_power_cut_does_to_the_end_of_a_journal(album: Path, plan_of: Any_, tree: Any_, tail: bytes) -> None:
    plan, before = plan_of(album, "move"), tree(album)
    do(plan)
    path = newest(Path(plan.into)) / JOURNAL
    kept = [line for line in path.read_bytes().splitlines(keepends=True) if b'"done"' not in line]
    path.write_bytes(b"".join(kept[:-1]) + tail)
    assert undo(Path(plan.into)) == []
    assert tree(album) == before


def test_a_journal_with_a_hole_is_not_trusted(album: Path, plan_of: Any_) -> None:
    plan = plan_of(album, "move")
    do(plan)
    path = newest(Path(plan.into)) / JOURNAL
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"garbage\n", *lines[3:]]))
    with pytest.raises(BadSort, match="damaged or edited"):
        undo(Path(plan.into))
    assert (Path(plan.into) / "cat" / "a.jpg").exists()


@pytest.mark.parametrize("lost", [[JOURNAL], [JOURNAL, PLAN]])
def test_a_journal_of_garbage_undoes_nothing(album: Path, plan_of: Any_, lost: list[str]) -> None:
    plan = plan_of(album, "move")
    do(plan)
    record = newest(Path(plan.into))
    for name in lost:
        (record / name).write_text("garbage")
    with pytest.raises(BadSort, match="damaged or missing"):
        undo(Path(plan.into))
    assert (Path(plan.into) / "cat" / "a.jpg").exists()
    assert record.exists()


def test_one_at_a_time(album: Path, plan_of: Any_) -> None:
    record = begin(plan_of(album, "move"))
    with Journal(record / JOURNAL), pytest.raises(BadSort, match="Another sort or undo is working"):
        list(carry_out(record))


def test_a_plan_that_does_not_read(album: Path, plan_of: Any_) -> None:
    record = begin(plan_of(album, "move"))
    (record / PLAN).write_text("{")
    with pytest.raises(BadSort, match="plan of a sort"):
        list(carry_out(record))


def test_records_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("10000", "9999", "0002", "notes"):
        (tmp_path / ".pawsight" / name).mkdir(parents=True)
    assert [path.name for path in records(tmp_path)] == ["0002", "9999", "10000"]
