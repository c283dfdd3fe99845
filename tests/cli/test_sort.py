from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.estimates import Estimate
from pawsight.model.card import Budget, Thresholds

Pawsight = Callable[..., Any]


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file())


@pytest.fixture
def mixed(photos: Path) -> Path:
    """Five good photos and a bad one."""
    (photos / "words.jpg").write_text("no photo")
    return photos


def test_plan_sort_and_undo(pawsight: Pawsight, mixed: Path, tiny_model: Path, tmp_path: Path) -> None:
    before, into = names(mixed), tmp_path / "sorted"
    times = {name: (mixed / name).stat().st_mtime_ns for name in before}
    ran = pawsight("sort", mixed, "--into", into, "--move", "--model", tiny_model, "--yes", "--write-xmp")
    assert ran.code == 1
    assert "Plan: 5 photos" in ran.out
    assert "please-check        1   20.0%" in ran.out
    assert "1 file stays where it is:\n  words.jpg: The file is text" in ran.out
    assert f"pawsight undo {into}" in ran.out
    assert names(mixed) == ["words.jpg"]
    assert "cat/cat.jpg" in names(into)
    assert "please-check/unsure.jpg.xmp" in names(into)
    ran = pawsight("undo", into)
    assert (ran.code, ran.out) == (0, "Everything is as it was before: 10 files.\n")
    assert {name: (mixed / name).stat().st_mtime_ns for name in names(mixed)} == times
    assert not into.exists()


@pytest.mark.parametrize("mode", ["--copy", "--link", None])
def test_photos_may_stay_where_they_are(
    pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path, mode: str | None
) -> None:
    into = tmp_path / "sorted"
    ran = pawsight("sort", photos, "--into", into, "--model", tiny_model, "--yes", *([mode] if mode else []))
    assert ran.code == 0
    assert len(names(photos)) == 5
    assert (into / "dog" / "dog.jpg").samefile(photos / "dog.jpg") == (mode == "--link")


@pytest.mark.parametrize(("words", "code"), [(["--dry-run"], 0), ([], 2)])
def test_nothing_happens_before_you_agree(
    pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path, words: list[str], code: int
) -> None:
    before = photos.stat().st_mtime_ns
    sheet = ["--contact-sheet", tmp_path / "sheet.html"]
    ran = pawsight("sort", photos, "--into", tmp_path / "sorted", "--model", tiny_model, *sheet, *words, stdin=b"n\n")
    assert ran.code == code
    assert "Plan: 5 photos" in ran.out
    assert not (tmp_path / "sorted").exists()
    assert photos.stat().st_mtime_ns == before


def test_yes_may_be_typed(pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    ran = pawsight(
        "sort",
        photos,
        "--into",
        tmp_path / "sorted",
        "--model",
        tiny_model,
        "--contact-sheet",
        tmp_path / "x.html",
        stdin=b"y\n",
    )
    assert ran.code == 0
    assert len(names(tmp_path / "sorted")) >= 5


def test_a_second_sort_finds_nothing_new(
    pawsight: Pawsight, photos: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos)
    assert pawsight("sort", ".", "--into", "sorted", "--move", "--model", tiny_model, "--yes").code == 0
    ran = pawsight("sort", ".", "--into", "sorted", "--model", tiny_model, "--yes")
    assert (ran.code, ran.out) == (0, "Nothing new to sort.\n")
    assert pawsight("undo", "sorted").code == 0
    assert len(names(photos)) == 5


def test_a_changed_file_is_kept_and_named(pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    into = tmp_path / "sorted"
    pawsight("sort", photos, "--into", into, "--model", tiny_model, "--yes")
    (into / "cat" / "cat.jpg").write_text("painted over")
    ran = pawsight("undo", into)
    assert ran.code == 1
    assert f"{into / 'cat' / 'cat.jpg'}: It was changed since it was sorted." in ran.out
    assert (into / "cat" / "cat.jpg").read_text() == "painted over"


@pytest.fixture
def promising(make_model: Any, tmp_path: Path) -> Path:
    """The tiny model, with a budget of 5 % in its card."""
    budget = Budget(Thresholds(0.05, 0.95), Estimate(0.1, 100, 0.06, 0.17), Estimate(0.0, 90, 0.0, 0.041))
    folder: Path = make_model(tmp_path / "promising", budgets={"0.05": budget})
    return folder


def test_a_promise_and_its_audit(pawsight: Pawsight, photos: Path, promising: Path, tmp_path: Path) -> None:
    into, page = tmp_path / "sorted", tmp_path / "sheet.html"
    words = ["sort", photos, "--into", into, "--model", promising, "--error-budget", "5%"]
    ran = pawsight(*words, "--yes", "--contact-sheet", page)
    assert ran.code == 0
    scope, promise = (
        ran.out.index("What follows holds for photos of the model's"),
        ran.out.index("Promise: at most 5.0%"),
    )
    assert scope < promise
    assert "0.00% (0.00% to 4.10%, n = 90) were wrong" in ran.out
    assert "data:image/jpeg" in page.read_text()
    ran = pawsight("audit", into, "--page", tmp_path / "audit.html", stdin=b"2, 3\n")
    assert ran.code == 1
    assert "All 4 photos looked at, 2 wrong: exactly 2 wrong in all (50.0% to 50.0%" in ran.out
    assert "is broken" in ran.out
    assert f"pawsight audit {into} --seed 0 --wrong" in (tmp_path / "audit.html").read_text()
    ran = pawsight("audit", into, "--wrong", "")
    assert (ran.code, "The promise, at most 5.0%, or 0 photos, is proven." in ran.out) == (0, True)
    assert pawsight("audit", into, "--wrong", "two").code == 2
    assert pawsight("audit", into, "--wrong", "9").code == 2


def test_an_audit_says_why_there_are_more_or_fewer_photos(
    pawsight: Pawsight, photos: Path, picture: Any, tiny_model: Path, tmp_path: Path
) -> None:
    into = tmp_path / "sorted"
    for number in range(20):
        (photos / f"more-{number}.jpg").write_bytes(picture(seed=number))
    assert pawsight("sort", photos, "--into", into, "--model", tiny_model, "--yes").code == 0
    ran = pawsight("audit", into, "--photos", "4", "--page", tmp_path / "page.html", stdin=b"\n")
    assert "5 photos instead of 4, as a small side gets some more: 4 of 23 filed and 1 of 1 neither." in ran.out
    ran = pawsight("audit", into, "--photos", "100", "--page", tmp_path / "page.html", stdin=b"\n")
    assert "There are only 24 photos to look at: 23 of 23 filed and 1 of 1 neither." in ran.out
    ran = pawsight("audit", into, "--photos", "24", "--page", tmp_path / "page.html", stdin=b"\n")
    assert "instead of" not in ran.out
    assert "only" not in ran.out


def test_pages_in_the_language_of_the_terminal_or_another(
    pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    into, page = tmp_path / "sorted", tmp_path / "page.html"
    words = ["sort", photos, "--into", into, "--model", tiny_model, "--contact-sheet", page]
    for asked, expected in (([], "Das ist der Plan."), (["--language", "en"], "This is the plan.")):
        assert pawsight(*words, *asked, "--dry-run").code == 0
        assert expected in page.read_text("utf-8")
    assert pawsight(*words, "--yes").code == 0
    for asked, expected in (([], "zufällig ausgewählt"), (["--language", "en"], "at random")):
        assert pawsight("audit", into, "--page", page, *asked, stdin=b"\n").code == 0
        assert expected in page.read_text("utf-8")
    assert "'de'" in pawsight(*words, "--language", "fr").err


def test_a_plan_in_pictures_before_you_agree(
    pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ran = pawsight("sort", photos, "--into", tmp_path / "sorted", "--model", tiny_model, "--dry-run")
    (folder,) = tmp_path.glob("pawsight-plan-*")
    assert (folder / "contact-sheet.html").as_uri() in ran.out
    assert len(json.loads((folder / "plan.json").read_bytes())["steps"]) == 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sort", "photos"], "Missing option '--into'"),
        (["sort", "nowhere", "--into", "x"], "is no folder"),
        (["sort", "photos", "--into", "photos"], "sorted into itself"),
        (["sort", "photos", "--into", "x", "--resume"], "Nothing was sorted into x"),
        (["sort", "photos", "--into", "x", "--error-budget", "much"], "'much' is not a share"),
        (["sort", "photos", "--into", "x", "--resume", "--dry-run"], "not both"),
        (["undo", "photos"], "Nothing was sorted into photos"),
    ],
)
def test_what_cannot_run_says_why(
    pawsight: Pawsight, photos: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(photos.parent)
    ran = pawsight(*words)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.long
def test_ctrl_c_then_go_on(pawsight: Pawsight, picture: Any, tiny_model: Path, tmp_path: Path) -> None:
    folder, into = tmp_path / "photos", tmp_path / "sorted"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number}.jpg").write_bytes(picture(16, 16, seed=number))
    words = ["sort", str(folder), "--into", str(into), "--model", str(tiny_model), "--yes", "--copy"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    with subprocess.Popen(
        [sys.executable, "-m", "pawsight", *words], env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and len(names(into)) < 20:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert process.returncode == 2
    assert f"Add --resume to continue, or undo it with `pawsight undo {into}`." in said
    assert said.splitlines()[-1] == "Stopped."
    ran = pawsight(*words)
    assert (ran.code, "stopped after" in ran.err) == (2, True)
    ran = pawsight("sort", tmp_path, "--into", into, "--resume")
    assert (ran.code, "is of another folder" in ran.err) == (2, True)
    ran = pawsight("sort", folder, "--into", into, "--resume")
    assert ran.code == 0
    assert len([name for name in names(into) if name.endswith(".jpg")]) == 300
    ran = pawsight("sort", folder, "--into", into, "--resume")
    assert (ran.code, "is complete" in ran.err) == (2, True)
    assert pawsight("undo", into).code == 0
    assert len(names(folder)) == 300
