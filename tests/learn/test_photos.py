"""Unusable photos are refused with what to do; usable ones are opened, in an order that only content decides."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.data.layout import SourceFile
from pawsight.errors import BadData, NoPhotos, PawsightError
from pawsight.learn import forecast, learn
from pawsight.learn.photos import choose_first
from pawsight.learn.report import describe_forecast
from pawsight.model.class_names import check_name

RED, BLUE = (200, 60, 50), (50, 60, 200)
MakePhotos = Callable[..., Path]


def refused(folder: Path, base: Path, error: type[PawsightError], words: str) -> str:
    """What the refusal advises."""
    with pytest.raises(error, match=words) as caught:
        forecast(folder, base=base)
    return caught.value.hint


def test_no_photos(tmp_path: Path, tiny_model: Path) -> None:
    assert refused(tmp_path, tiny_model, NoPhotos, "there are none")


def test_one_class_only(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(tmp_path / "a", {"rose": RED, "neither": BLUE})
    assert refused(folder, tiny_model, BadData, "at least two classes, but there is only 'rose'")


def test_too_few_photos_of_a_class(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(make_photos(tmp_path / "a", {"rose": RED}), {"iris": BLUE}, number=2)
    assert refused(folder, tiny_model, BadData, r"At least 3 .* iris has 2 \(in 2 files\)\.")


def test_a_class_of_two_photos_is_left_out(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    colors = {"rose": RED, "iris": BLUE}
    folder = make_photos(make_photos(tmp_path / "a", colors, number=12), {"Lily": RED}, number=2, start=50)
    (folder / "Lily" / "broken.png").write_bytes(b"")
    made = forecast(folder, base=tiny_model)
    assert (list(made.classes), made.left_out) == (["iris", "rose"], {"Lily": 2})
    assert (made.looked, made.files) == (27, 27)
    assert "Left out, because a class needs at least 3 different photos: Lily (2)." in describe_forecast(made)


def test_neither_of_two_photos_is_left_out(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    colors = {"rose": RED, "iris": BLUE}
    folder = make_photos(make_photos(tmp_path / "a", colors, number=12), {"other": RED}, number=2, start=50)
    made = forecast(folder, base=tiny_model)
    assert (made.neither, made.left_out) == (0, {"neither": 2})


def test_names_and_numbers_are_checked_before_any_model_is_loaded(make_photos: MakePhotos, tmp_path: Path) -> None:
    colors = {"rose": RED, "iris": BLUE, "unsure": RED}
    for folder, problem in (
        (make_photos(tmp_path / "a", colors, number=3), "'unsure' cannot be used"),
        (make_photos(tmp_path / "b", {"rose": RED}, number=3), "at least two classes"),
        (make_photos(tmp_path / "c", {"rose": RED, "iris": BLUE}, number=1), "At least 3"),
    ):
        with pytest.raises(BadData, match=problem):
            learn(folder, tmp_path / "model", base=tmp_path / "no such model")
    assert not (tmp_path / "model").exists()


def test_copies_do_not_count(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(make_photos(tmp_path / "a", {"rose": RED}), {"iris": BLUE}, number=2)
    for number in range(2):
        shutil.copy(folder / "iris" / f"{number}.png", folder / "iris" / f"copy-{number}.png")
    assert refused(folder, tiny_model, BadData, r"3 different .* iris has 2 \(in 4 files\)")


def test_broken_files_do_not_count(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(tmp_path / "a", {"rose": RED, "iris": BLUE}, number=4)
    for number in range(2):
        (folder / "iris" / f"{number}.png").write_bytes(b"")
    assert refused(folder, tiny_model, BadData, r"iris has 2 \(in 4 files\)")


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
    made = forecast(folder, base=tiny_model)
    assert {bad.path: bad.code for bad in made.bad} == {
        "a/iris/notes.txt": "unsupported_format",
        "a/stray.png": "bad_data",
    }


def test_a_first_choice_takes_as_many_of_each_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pawsight.learn.photos.FIRST", 100)
    files = [
        SourceFile(f"{label}/{number}", label, False, bytes)
        for label, count in (("rose", 300), ("iris", 30), ("leaf", 200))
        for number in range(count)
    ]
    first, rest = choose_first(files, seed=0)
    counts = {label: sum(file.label == label for file in first) for label in ("rose", "iris", "leaf")}
    assert counts == {"rose": 33, "iris": 30, "leaf": 33}
    assert sorted(file.path for file in [*first, *rest]) == sorted(file.path for file in files)
    assert choose_first(files[:100], seed=0) == (files[:100], [])


def test_a_hidden_photo_is_named(make_photos: MakePhotos, tmp_path: Path, tiny_model: Path) -> None:
    folder = make_photos(tmp_path / "a", {"rose": RED, "iris": BLUE}, number=12)
    (folder / "iris" / "1.png").rename(folder / "iris" / ".1.png")
    assert [bad.path for bad in forecast(folder, base=tiny_model).bad] == ["a/iris/.1.png"]
