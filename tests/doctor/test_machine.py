from __future__ import annotations

import os
from pathlib import Path

import pytest

from pawsight.doctor import machine
from pawsight.settings import Settings


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ("fpu sse2 avx2 avx512_vnni", "ok"),
        ("fpu avx2 avx_vnni", "ok"),
        ("fpu avx2", "warning"),
        ("fpu sse2", "warning"),
    ],
)
def test_what_a_processor_can_do(flags: str, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    found = machine.processor(f"flags : {flags}\n")
    assert found.state == state
    assert bool(found.hint) == (state != "ok")


def test_other_processors_are_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert machine.processor("Features : asimd").state == "ok"


def test_too_many_threads() -> None:
    assert machine.cores(Settings(threads=1)).state == "ok"
    assert machine.cores(Settings(threads=10_000)).state == "warning"


def test_a_container_with_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(machine, "_CGROUP", limit)
    limit.write_text("134217728\n")
    assert (machine.memory().state, machine.memory().says) == ("warning", "0.1 GB")
    limit.write_text("max\n")
    assert machine.memory().state == "ok"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert machine.writable("x", tmp_path).state in ("ok", "warning")
    assert machine.writable("x", tmp_path / "file").state == "wrong"
    assert os.listdir(tmp_path) == ["file"]


def test_an_archive_that_is_not_there_yet(tmp_path: Path) -> None:
    (found,) = machine.archive_folder(tmp_path / "a" / "b")
    assert f"{tmp_path / 'a' / 'b'} is made at the first start" in found.says
    assert not (tmp_path / "a").exists()
