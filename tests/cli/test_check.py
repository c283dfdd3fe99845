"""`pawsight data check` as a user types it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.data.check.findings import read_findings

Pawsight = Callable[..., Any]


@pytest.fixture
def pets(tmp_path: Path, picture: Callable[..., bytes], colours: dict[str, Any]) -> Path:
    """Twelve photos of each class, one of them in the wrong folder, and an empty file."""
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for seed in range(12):
            wrong = label == "cat" and seed == 11
            shown = picture(colour=colours["dog" if wrong else label], seed=seed, format="PNG")
            (tmp_path / "pets" / label / f"{seed}.png").write_bytes(shown)
    (tmp_path / "pets" / "cat" / "empty.jpg").touch()
    return tmp_path / "pets"


def test_photos_are_checked_without_leaving_anything(
    pawsight: Pawsight, pets: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    done = pawsight("data", "check", pets, "--model", tiny_model)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("24 good photos: 12 cat, 12 dog.")
    for said in (
        "Broken files: 1 (1 empty_file)",
        "Groups of copies: ",
        "Label suspects: ",
        "Odd photos: ",
        "brightness",
    ):
        assert said in done.out
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_prepared_set_gives_json_and_a_page(pawsight: Pawsight, pets: Path, tiny_model: Path, tmp_path: Path) -> None:
    assert pawsight("data", "prepare", pets, "--out", tmp_path / "set", "--size", "32").code == 1
    words = ["--model", tiny_model, "--format", "json", "--html", tmp_path / "x.html", "--out", tmp_path / "x.json"]
    done = pawsight("data", "check", tmp_path / "set", *words)
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert found == json.loads((tmp_path / "x.json").read_bytes())
    assert found["data"] == str(tmp_path / "set")
    assert found["label_suspects"][0].keys() == {"path", "label", "suggested", "score"}
    assert (tmp_path / "x.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_names_that_are_no_utf8_survive(
    pawsight: Pawsight, pets: Path, tiny_model: Path, picture: Callable[..., bytes], tmp_path: Path
) -> None:
    odd = os.fsdecode(b"caf\xe9.png")
    try:
        (pets / "dog" / odd).write_bytes(picture(300, 40, format="PNG"))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    words = ["--model", tiny_model, "--html", tmp_path / "x.html", "--out", tmp_path / "x.json"]
    done = pawsight("data", "check", pets, *words)
    assert done.code == 0, done.err
    assert "caf\\udce9.png" in done.out
    assert "caf\\udce9.png" in (tmp_path / "x.html").read_text(encoding="utf-8")
    found = read_findings(tmp_path / "x.json")
    assert [one.path for one in found.odd if one.kind == "narrow"] == [f"pets/dog/{odd}"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "There is nothing at"),
        (["pets", "--model", "none-such"], "none-such"),
        (["pets", "--html", "pets/cat/0.png/x.html"], "pets/cat/0.png is no folder). Choose another --html."),
    ],
)
def test_mistakes_get_one_line_and_2(
    pawsight: Pawsight, pets: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pets.parent)
    done = pawsight("data", "check", *words)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1
