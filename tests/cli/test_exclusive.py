"""Flags that contradict each other, wherever they stand, and options that say nothing without another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from pawsight.cli.exclusive import exclusive_flags

Pawsight = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sort", "photos", "--into", "x", "--move", "--copy"], "--copy and --move contradict each other."),
        (["sort", "--copy", "photos", "--link", "--into", "x"], "--copy and --link contradict each other."),
        (["watch", "photos", "--link", "--into", "x", "--move"], "--move and --link contradict each other."),
        (["archive", "list", "--not-corrected", "--corrected"], "--corrected and --not-corrected contradict"),
        (["train", "lite0", "--data", "x", "--full-precision", "--mixed-precision"], "contradict each other."),
        (["admin", "password", "--remove", "--hash"], "--remove and --hash contradict each other."),
        (["audit", "photos", "--wrong", "3", "--serve"], "--wrong gives the numbers that --page and --serve ask for"),
        (["train", "--budget", "5m", "--start", "lite0", "--data", "x"], "--start brings weights of its own recipe"),
    ],
)
def test_what_contradicts_itself_is_refused(
    pawsight: Pawsight, photos: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos.parent)
    ran = pawsight(*words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
    assert [path.name for path in photos.parent.iterdir()] == ["photos"]


@pytest.mark.parametrize(
    ("words", "value"), [([], None), (["--on"], 1), (["--off"], 0), (["--on", "--on"], 1)], ids=str
)
def test_the_parameter_gets_the_value(words: list[str], value: int | None) -> None:
    @click.command()
    @exclusive_flags("state", {"--on": (1, "Do."), "--off": (0, "Do not.")})
    def command(state: int | None) -> int | None:
        return state

    assert command.main(words, standalone_mode=False) == value


def test_a_stopped_sort_goes_on_as_it_began(pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    into = tmp_path / "sorted"
    assert pawsight("sort", photos, "--into", into, "--model", tiny_model, "--yes").code == 0
    (journal,) = into.rglob("journal.jsonl")
    journal.write_bytes(journal.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0] + b"\n")  # the last line is lost
    ran = pawsight("sort", photos, "--into", into, "--resume", "--move")
    assert ran.code == 2
    assert "is one with --copy, and is completed so. Leave out --move." in ran.err
    assert pawsight("sort", photos, "--into", into, "--resume", "--copy").code == 0
