"""What cannot be learnt from is refused with what to do; what can is opened, in an order that content alone decides."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.data.sources import File
from pawsight.errors import BadData, NoPhotos, PawsightError
from pawsight.learn import forecast
from pawsight.learn.album import first_look
from pawsight.naming import check_name

RED, BLUE = (200, 60, 50), (50, 60, 200)
MakePhotos = Callable[..., Path]


def refused(folder: Path, base: Path, error: type[PawsightError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        forecast(folder, base=base)
    assert caught.value.hint


def test_no_photos(tmp_path: Path, tiny_model: Path) -> None:
    refused(tmp_path, tiny_model, NoPhotos, "there are none")


def test_one_class_only(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(tmp_path / "a", {"rose": RED, "neither": BLUE})
    refused(folder, tiny_model, BadData, "at least two classes, but there is only 'rose'")


def test_too_few_photos_of_a_class(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(make_photos(tmp_path / "a", {"rose": RED}), {"iris": BLUE}, number=9)
    refused(folder, tiny_model, BadData, r"at least 10 .* iris has 9 \(in 9 files\)\.")


def test_copies_do_not_count(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(make_photos(tmp_path / "a", {"rose": RED}), {"iris": BLUE}, number=6)
    for number in range(6):
        shutil.copy(folder / "iris" / f"{number}.png", folder / "iris" / f"copy-{number}.png")
    refused(folder, tiny_model, BadData, r"10 different .* iris has 6 \(in 12 files\)")


def test_broken_files_do_not_count(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(tmp_path / "a", {"rose": RED, "iris": BLUE}, number=12)
    for number in range(3):
        (folder / "iris" / f"{number}.png").write_bytes(b"")
    refused(folder, tiny_model, BadData, r"iris has 9 \(in 12 files\)")


@pytest.mark.parametrize("name", ["both", "unsure", "a:b", "..", "what?", "dot.", "tab\t"])
def test_names_that_cannot_be_classes(name: str) -> None:
    with pytest.raises(BadData, match="Rename"):
        check_name(name)


@pytest.mark.parametrize("name", ["cat", "golden retriever", "st. bernard", "Ä", "3"])
def test_names_that_can(name: str) -> None:
    check_name(name)


def test_hidden_files_are_left_out(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(tmp_path / "a", {"rose": RED, "iris": BLUE}, number=12)
    (folder / "iris" / "._1.png").write_bytes(b"junk")
    (folder / "iris" / "notes.txt").write_text("The irises of 2024.")
    (folder / "stray.png").write_bytes((folder / "iris" / "1.png").read_bytes())
    told = forecast(folder, base=tiny_model)
    assert {bad.path: bad.code for bad in told.bad} == {
        "a/iris/notes.txt": "unsupported_format",
        "a/stray.png": "bad_data",
    }


def test_a_first_look_takes_as_many_of_each_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pawsight.learn.album.FIRST_LOOK", 100)
    files = [
        File(f"{label}/{number}", label, False, bytes)
        for label, count in (("rose", 300), ("iris", 30), ("leaf", 200))
        for number in range(count)
    ]
    first, rest = first_look(files, seed=0)
    counts = {label: sum(file.label == label for file in first) for label in ("rose", "iris", "leaf")}
    assert counts == {"rose": 33, "iris": 30, "leaf": 33}
    assert sorted(file.path for file in [*first, *rest]) == sorted(file.path for file in files)
    assert first_look(files[:100], seed=0) == (files[:100], [])
