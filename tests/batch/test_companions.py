from __future__ import annotations

from pathlib import Path

import pytest

from pawsight.batch.companions import companions, in_folders, rest_of, sidecars


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1.xmp",
        "IMG_1.XMP",
        "IMG_1.jpg.xmp",
        "img_1.JPG.xmp",
        "IMG_1_01.jpg.xmp",
        "IMG_1.aae",
        "IMG_1.AAE",
        "IMG_1.thm",
        "IMG_1.MOV",
        "IMG_1.CR2",
        "IMG_1.dng",
        "IMG_1.jpg.json",
        "IMG_1.jpg.supplemental-metadata.json",
        "IMG_1.jpg.pp3",
    ],
)
def test_what_goes_with_a_photo(name: str) -> None:
    assert companions(["IMG_1.jpg", name, "IMG_10.jpg"], ["IMG_1.jpg", "IMG_10.jpg"]) == {
        "IMG_1.jpg": [name],
        "IMG_10.jpg": [],
    }


@pytest.mark.parametrize("name", ["IMG_10.xmp", "IMG_1.txt", "IMG_1.json", "IMG.xmp", "xIMG_1.xmp", "IMG_1.jpg.txt"])
def test_what_does_not(name: str) -> None:
    assert companions(["IMG_1.jpg", name], ["IMG_1.jpg"]) == {"IMG_1.jpg": []}


def test_the_sidecar_of_a_raw_goes_with_the_pair() -> None:
    names = ["a.CR2", "a.CR2.xmp", "a.JPG", "a.JPG.xmp", "a.MOV", "a.xmp"]
    assert companions(names, ["a.JPG", "a.CR2"]) == {"a.JPG": ["a.CR2", "a.CR2.xmp", "a.JPG.xmp", "a.MOV", "a.xmp"]}


def test_a_raw_or_a_clip_alone_is_a_photo_in_its_own_right() -> None:
    assert companions(["a.NEF", "a.xmp", "b.mov"], ["a.NEF", "b.mov"]) == {"a.NEF": ["a.xmp"], "b.mov": []}
    assert companions(["a.NEF", "a.mov"], ["a.NEF", "a.mov"]) == {"a.NEF": ["a.mov"]}


def test_two_photos_of_one_stem_are_two_photos() -> None:
    assert companions(["a.jpg", "a.png", "a.xmp", "a.png.xmp"], ["a.jpg", "a.png"]) == {
        "a.jpg": ["a.xmp"],
        "a.png": ["a.png.xmp"],
    }


def test_only_plain_files_of_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    for name in ("a/1.jpg", "a/1.xmp", "b/1.jpg", "b/.1.jpg.xmp"):
        (tmp_path / name).touch()
    (tmp_path / "b" / "1.xmp").symlink_to("../a/1.xmp")
    photos = [str(tmp_path / name) for name in ("a/1.jpg", "b/1.jpg")]
    assert in_folders(photos) == {photos[0]: [str(tmp_path / "a/1.xmp")], photos[1]: []}
    assert sidecars(tmp_path / "a" / "1.jpg") == [tmp_path / "a" / "1.xmp"]


def test_the_rest_of_a_name() -> None:
    assert [rest_of(name, "IMG_1.jpg") for name in ("IMG_1.jpg.xmp", "IMG_1.CR2", "IMG_1_01.jpg.xmp")] == [
        ".jpg.xmp",
        ".CR2",
        "_01.jpg.xmp",
    ]


def test_names_that_differ_in_capitals_are_two_photos() -> None:
    names = ["A.JPG", "a.jpg", "a.jpg.xmp", "A.xmp", "B.CR2", "b.cr2"]
    assert companions(names, ["A.JPG", "a.jpg", "B.CR2", "b.cr2"]) == {
        "A.JPG": ["A.xmp"],
        "a.jpg": ["a.jpg.xmp"],
        "B.CR2": [],
        "b.cr2": [],
    }
