from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.permissions import closed

from pawsight import images
from pawsight.batch.find import InputSize, find, measure, walk
from pawsight.errors import NoPhotos, UnreadableFile


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
        ("*.pcx", ["*.pcx"]),  # matches nothing, so it is tried and reported like any other name
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


def test_a_folder_that_cannot_be_listed_is_not_passed_over(folder: Path) -> None:
    with closed(folder / "sub" / "deep"):
        assert found("sub") == ["sub/c.webp", "sub/deep"]


def test_no_photos(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / ".trash" / "none").mkdir()
    with pytest.raises(NoPhotos, match=r"'empty', '\.trash/none'.*\.jpg"):
        find(["empty", ".trash/none"])


def test_how_much_there_is(folder: Path) -> None:
    assert measure(["sub", "a.png"]) == InputSize(3, len(os.path.join("sub", "deep", "d.gif")))
    (folder / "empty").mkdir()
    with pytest.raises(NoPhotos):
        measure(["empty"])


def test_the_walk_goes_no_further_than_it_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a million photos in a thousand folders cost the memory of one folder."""
    listed, scandir = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(path) or scandir(path))
    photos = walk(["."])
    assert next(photos).endswith("a.png")
    assert listed == ["."]
    assert len(list(photos)) == 3
    assert len(listed) == 3


def test_names_that_sort_around_a_slash(folder: Path) -> None:
    for name in ("a/1.jpg", "a.jpg", "a-b.jpg", "a0.jpg"):
        (folder / "odd" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "odd" / name).touch()
    assert found("odd") == ["odd/a/1.jpg", "odd/a-b.jpg", "odd/a.jpg", "odd/a0.jpg"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipes_and_sockets_are_found_and_never_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "sub" / "pipe.jpg")
    assert "sub/pipe.jpg" in found("sub")
    with pytest.raises(UnreadableFile, match="not a plain file"):
        images.read(folder / "sub" / "pipe.jpg")
