"""Paths that were typed wrongly: said before anything else, and before advice to install something."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.modules import new_ones_forgotten
from tests.permissions import closed

Pawsight = Callable[..., Any]
HEAVY = ("sklearn", "scipy", "imagehash", "matplotlib", "keras", "tensorflow", "onnx", "watchdog", "ray", "fsspec")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The small installation: no extra can be imported."""
    with new_ones_forgotten():
        for name in [name for name in sys.modules if name.split(".")[0] in HEAVY or name.startswith("pawsight.")]:
            if not name.startswith(("pawsight.cli", "pawsight.errors", "pawsight.text")):
                package, _, module = name.rpartition(".")
                if hasattr(sys.modules.get(package), module):  # so that it is put back there, too
                    monkeypatch.setattr(sys.modules[package], module, sys.modules[name])
                monkeypatch.delitem(sys.modules, name)
        for name in HEAVY:
            monkeypatch.setitem(sys.modules, name, None)
        yield


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "words",
    [
        ["predict", "--engine", "ray", "wrong"],
        ["train", "lite0", "--data", "wrong"],
        ["train", "lite0", "--data", "photos", "--leave-out", "wrong"],
        ["export", "default", "--to", "litert", "--data", "wrong"],
        ["learn", "wrong", "--out", "model"],
        ["data", "check", "wrong"],
        ["data", "prepare", "wrong", "--out", "prepared"],
        ["data", "prepare", "photos", "--out", "prepared", "--neither", "wrong"],
        ["evaluate", "default", "wrong"],
        ["evaluate", "default", "photos", "--corrections", "wrong"],
        ["export", "wrong", "--to", "litert"],
        ["evaluate", "wrong", "photos"],
        ["data", "check", "photos", "--model", "wrong"],
        ["watch", "photos", "--into", "sorted", "--model", "wrong"],
        ["predict", "--engine", "ray", "photos", "--output", "out", "--model", "wrong"],
    ],
    ids=" ".join,
)
def test_a_wrong_path_comes_before_a_missing_extra(
    pawsight: Pawsight, photos: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos.parent)
    ran = pawsight(*words)
    assert ran.code == 2
    assert "wrong" in ran.err
    assert "pip install" not in ran.err


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["predict", "photos", "--cache", "closed/answers.db"], "--cache"),
        (["predict", "photos", "--explain", "closed/maps"], "--explain"),
        (["export", "default", "--to", "onnx", "--out", "closed/model.onnx"], "--out"),
        (["export", "default", "--to", "all", "--out", "closed/models"], "--out"),
        (["evaluate", "default", "photos", "--out", "closed/figures"], "--out"),
        (["evaluate", "default", "photos", "--report", "closed/report.html"], "--report"),
        (["data", "fetch", "--out", "closed/photos.zip"], "--out"),
        (["data", "prepare", "photos", "--out", "closed/prepared"], "--out"),
        (["data", "check", "photos", "--html", "closed/page.html"], "--html"),
        (["learn", "photos", "--out", "closed/model"], "--out"),
        (["train", "lite0", "--data", "photos", "--preview", "closed/page.html"], "--preview"),
        (["site", "--out", "closed/site"], "--out"),
        (["sort", "photos", "--into", "closed/sorted", "--yes"], "--into"),
        (["sort", "photos", "--into", "sorted", "--contact-sheet", "closed/page.html"], "--contact-sheet"),
        (["watch", "photos", "--into", "closed/sorted"], "--into"),
        (["audit", "photos", "--page", "closed/page.html"], "--page"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_closed_folder_is_named_before_the_work(
    pawsight: Pawsight, photos: Path, words: list[str], option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sklearn", reason="needs the extra learn")
    monkeypatch.chdir(photos.parent)
    (folder := photos.parent / "closed").mkdir()
    with closed(folder):
        ran = pawsight(*words)
    assert (ran.code, ran.out) == (2, "")
    assert f"(in {folder}: Permission denied). Choose another {option}." in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not list(folder.iterdir())


def test_export_says_where_it_cannot_write_by_itself(
    pawsight: Pawsight, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorflow", reason="exporting needs the extra train")
    (folder := tmp_path / "closed").mkdir()
    monkeypatch.chdir(folder)
    with closed(folder):
        ran = pawsight("export", tiny_model, "--to", "onnx")
    assert ran.code == 2
    assert "Permission denied). Choose another --out." in ran.err


def test_an_answer_file_that_is_none_gets_its_own_advice(
    pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "answers.db").write_bytes(b"no database" * 100)
    ran = pawsight("predict", photos, "--model", tiny_model, "--cache", tmp_path / "answers.db")
    assert ran.code == 2
    assert "cannot keep answers (file is not a database). Choose another --cache." in ran.err


def test_folders_on_the_way_to_a_file_are_made(
    pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path
) -> None:
    new = tmp_path / "some" / "where"
    words = ["--model", tiny_model, "--into", tmp_path / "sorted", "--dry-run"]
    assert pawsight("sort", photos, *words, "--contact-sheet", new / "page.html").code == 0
    assert pawsight("predict", photos, "--model", tiny_model, "--cache", new / "too" / "answers.db").code == 0
    assert (new / "page.html").exists()
    assert (new / "too" / "answers.db").exists()
