"""The same folder every week: what is sorted stays, what is new is added, what a person moved is kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Pawsight = Callable[..., Any]


def places(into: Path) -> set[str]:
    return {
        path.relative_to(into).as_posix()
        for path in into.rglob("*")
        if path.is_file() and ".pawsight" not in path.relative_to(into).parts
    }


@pytest.fixture
def week(pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path) -> Callable[..., Any]:
    """Sorts the photos into `sorted`, as somebody does every week."""

    def sort(*words: str | Path, model: Path = tiny_model, mode: str = "--copy") -> Any:
        return pawsight("sort", photos, "--into", tmp_path / "sorted", mode, "--model", model, "--yes", *words)

    return sort


@pytest.mark.parametrize("mode", ["--copy", "--move", "--link"])
def test_new_photos_are_added_and_nothing_stands_twice(
    week: Callable[..., Any], photos: Path, picture: Any, tmp_path: Path, mode: str
) -> None:
    assert week(mode=mode).code == 0
    before = places(tmp_path / "sorted")
    (photos / "new.jpg").write_bytes(picture(seed=1))
    ran = week(mode=mode)
    assert ran.code == 0
    assert ("5 already sorted, 1 new." in ran.out) == (mode != "--move")
    assert places(tmp_path / "sorted") - before == {"cat/new.jpg"}
    ran = week(mode=mode)
    assert (ran.code, "Nothing new to sort." in ran.out) == (0, True)


def test_the_same_content_under_another_name_is_already_there(
    week: Callable[..., Any], photos: Path, tmp_path: Path
) -> None:
    week(mode="--move")
    shutil.copyfile(tmp_path / "sorted" / "cat" / "cat.jpg", photos / "again.jpg")
    (tmp_path / "sorted" / "dog" / "by-hand.jpg").write_bytes(b"put there by a person")
    (photos / "by-hand-too.jpg").write_bytes(b"put there by a person")
    assert "2 already sorted, 0 new." in week(mode="--move").out
    assert (photos / "again.jpg").exists()


def test_a_correction_is_seen_and_kept(
    week: Callable[..., Any], pawsight: Pawsight, photos: Path, tmp_path: Path
) -> None:
    week()
    into = tmp_path / "sorted"
    (into / "please-check" / "unsure.jpg").rename(into / "cat" / "renamed.jpg")
    ran = week()
    assert "5 already sorted, 0 new." in ran.out
    assert "1 photo moved to another folder by hand since: they stay there." in ran.out
    assert "cat/renamed.jpg" in places(into)
    ran = pawsight("undo", into)
    assert (ran.code, into.exists()) == (0, False)
    assert "1 photo moved by hand since: back in their old places, too." in ran.out
    assert "Everything is as it was before: 5 files." in ran.out


def test_another_model_lists_what_would_change_and_moves_it_on_request(
    week: Callable[..., Any], make_model: Callable[..., Path], pawsight: Pawsight, tmp_path: Path
) -> None:
    week(mode="--move")
    into = tmp_path / "sorted"
    (into / "both" / "both.jpg").rename(into / "neither" / "both.jpg")
    (into / "cat" / "cat.jpg.xmp").write_text("five stars")
    swapped = make_model(tmp_path / "swapped", weights=((0, 20), (0, 0), (20, 0)), version="2")
    ran = week(mode="--move", model=swapped)
    assert "2 photos sorted earlier would go elsewhere now, as tiny-2 answers:" in ran.out
    assert "cat/cat.jpg -> dog" in ran.out
    assert "They stay. To move them, add --update." in ran.out
    assert "cat/cat.jpg" in places(into)
    ran = week("--update", mode="--move", model=swapped)
    assert "2 photos of earlier sorts moved to another folder" in ran.out
    assert {"dog/cat.jpg", "dog/cat.jpg.xmp", "cat/dog.jpg", "neither/both.jpg"} <= places(into)
    assert "Nothing new to sort." in week("--update", mode="--move", model=swapped).out
    assert pawsight("undo", into).out.endswith("Everything is as it was before: 3 files.\n")
    assert {"cat/cat.jpg", "cat/cat.jpg.xmp", "dog/dog.jpg", "neither/both.jpg"} <= places(into)


def test_a_photo_that_was_removed_is_sorted_again(week: Callable[..., Any], tmp_path: Path) -> None:
    week()
    (tmp_path / "sorted" / "cat" / "cat.jpg").unlink()
    assert "4 already sorted, 1 new." in week().out
    assert "cat/cat.jpg" in places(tmp_path / "sorted")
