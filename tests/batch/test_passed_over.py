"""What lies in folders and is not looked at is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pawsight.batch import find, video
from pawsight.batch.passed_over import passed_over

SAID = "Not looked at, as their names are not those of photos: "


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.png", "sub/c.webp", "._a.png", ".DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_by_kind_the_most_frequent_first(folder: Path) -> None:
    assert passed_over(["."]) == passed_over(["a.png", "*.png"]) == ""
    for name in ["IMG_1.doc", "IMG_2.doc", "sub/notes.txt", "sub/README", "Thumbs.db", "a.png.xmp"]:
        (folder / name).touch()
    assert passed_over(["."]) == f"{SAID}2 .doc, 1 .txt, 1 without an ending."
    assert passed_over(["."], "sub") == f"{SAID}2 .doc."
    for number in range(20):
        (folder / f"x.{number:02}").touch()
    assert passed_over(["."]).endswith(", 15 others.")


def test_hidden_photos_and_folders_are_named_and_the_systems_own_are_not(folder: Path) -> None:
    for name in [".secret.jpg", ".album/1.jpg", ".Trash-1000/2.jpg", "@eaDir/thumb.jpg"]:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    assert passed_over(["."]) == f"Not looked at, as they are hidden: .album{os.sep}, .secret.jpg."
    assert [Path(path).name for path in find.find(["."])] == ["a.png", "c.webp"]


def test_links_to_folders_are_named(folder: Path) -> None:
    (folder / "up").symlink_to(folder, target_is_directory=True)
    assert passed_over(["."]) == "Not looked at, as they are links to folders: up."


def test_videos_are_counted_where_they_cannot_be_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("clip.MP4", "film.mkv", "a.mov"):
        (folder / name).touch()
    monkeypatch.setattr(video, "available", lambda: False)
    said = passed_over(["."])
    assert said.startswith("Not looked at: 2 videos. ")  # a.mov goes with a.png
    assert "[video]" in said
    monkeypatch.setattr(video, "available", lambda: True)
    assert passed_over(["."]) == ""
