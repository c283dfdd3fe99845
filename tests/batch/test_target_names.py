from __future__ import annotations

import os
from pathlib import Path

from pawsight.batch.target_names import TargetNames


def test_what_goes_with_a_photo_gets_the_same_stem(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.CR2").touch()
    names = TargetNames(tmp_path)
    assert names.choose("cat", "a.jpg", [".CR2"]) == "cat/a-2.jpg"
    assert names.choose("cat", "a.jpg") == "cat/a.jpg"
    assert names.choose("cat", "a-2.jpg") == "cat/a-2-2.jpg"
    assert names.choose("dog", "a.jpg", [".CR2"]) == "dog/a.jpg"


def test_a_stray_sidecar_is_not_taken_for_the_photos_own(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    for name in ("a.jpg.xmp", "b.xmp"):
        (tmp_path / "cat" / name).touch()
    names = TargetNames(tmp_path)
    assert [names.choose("cat", name) for name in ("a.jpg", "b.jpg")] == ["cat/a-2.jpg", "cat/b-2.jpg"]


def test_the_longest_names_fit(tmp_path: Path) -> None:
    names = TargetNames(tmp_path)
    for name in ("m" * 251 + ".jpg", "猫" * 83 + ".jpg"):
        chosen = [names.choose("cat", name, [".jpg.xmp"]) for _ in range(12)]
        assert len(set(chosen)) == 12
        for one in chosen:
            assert len(os.fsencode(os.path.basename(one) + ".xmp")) <= 255
            (tmp_path / os.path.basename(one)).touch()


def test_names_of_one_look_are_one_name(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "k\u00e4tzchen.jpg").touch()
    assert TargetNames(tmp_path).choose("cat", "Ka\u0308tzchen.JPG") == "cat/Ka\u0308tzchen-2.JPG"
