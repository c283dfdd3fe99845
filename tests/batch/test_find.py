from __future__ import annotations

import os
from pathlib import Path

import pytest

from pawsight.batch.find import find
from pawsight.errors import NoPhotos


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, also the working one, with photos, other files and hidden files; none needs content."""
    for name in ["b.JPG", "a.png", "notes.txt", "Thumbs.db", ".hidden.jpg", "._a.png", "sub/c.webp", "sub/deep/d.gif"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "e.jpg").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*words: str) -> list[str]:
    return [Path(path).as_posix() for path in find(words)]


def test_a_folder_means_all_below_it_sorted(folder: Path) -> None:
    assert found(".") == ["a.png", "b.JPG", "sub/c.webp", "sub/deep/d.gif"]
    assert found("sub") == found("sub/") == ["sub/c.webp", "sub/deep/d.gif"]


def test_a_named_file_is_taken_whatever_it_is(folder: Path) -> None:
    names = ["notes.txt", ".hidden.jpg", "missing.jpg", ""]
    assert find(names) == names


def test_words_keep_their_order_and_count_each_time(folder: Path) -> None:
    assert found("b.JPG", "sub", "a.png", "b.JPG") == ["b.JPG", "sub/c.webp", "sub/deep/d.gif", "a.png", "b.JPG"]


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("*.png", ["a.png"]),
        ("?.*", ["a.png", "b.JPG"]),
        ("sub/*", ["sub/c.webp", "sub/deep/d.gif"]),
        ("**/*.gif", ["sub/deep/d.gif"]),
        ("*.tiff", ["*.tiff"]),  # matches nothing, so it is tried and reported like any other name
    ],
)
def test_globs(folder: Path, pattern: str, meant: list[str]) -> None:
    assert found(pattern) == meant


def test_a_name_with_brackets_is_no_glob_where_it_exists(folder: Path) -> None:
    (folder / "holiday[1].jpg").touch()
    (folder / "holiday1.jpg").touch()
    assert found("holiday[1].jpg") == ["holiday[1].jpg"]


def test_standard_input(folder: Path) -> None:
    (folder / "-").mkdir()
    assert found("-", "a.png") == ["-", "a.png"]


def test_a_circle_of_links_has_an_end(folder: Path) -> None:
    (folder / "sub" / "deep" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "sub" / "self.jpg").symlink_to("self.jpg")
    assert found("sub") == ["sub/c.webp", "sub/deep/d.gif", "sub/self.jpg"]


def test_links_to_photos_and_named_links_to_folders_are_followed(folder: Path) -> None:
    (folder / "sub" / "link.jpg").symlink_to(folder / "b.JPG")
    (folder / "album").symlink_to(folder / "sub", target_is_directory=True)
    assert found("album") == ["album/c.webp", "album/deep/d.gif", "album/link.jpg"]


def test_what_only_looks_like_a_photo_is_reported_later(folder: Path) -> None:
    (folder / "sub" / "gone.jpg").symlink_to("nowhere")
    assert "sub/gone.jpg" in found("sub")
    (folder / "sub" / "folder.jpg").mkdir()
    assert "sub/folder.jpg" not in found("sub")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may list every folder")
def test_a_folder_that_cannot_be_listed_is_not_passed_over(folder: Path) -> None:
    (folder / "sub" / "deep").chmod(0)
    try:
        assert found("sub") == ["sub/c.webp", "sub/deep"]
    finally:
        (folder / "sub" / "deep").chmod(0o755)


def test_no_photos(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / ".trash" / "none").mkdir()
    with pytest.raises(NoPhotos, match=r"'empty', '\.trash/none'.*\.jpg"):
        find(["empty", ".trash/none"])
