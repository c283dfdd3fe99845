"""Sidecars, RAW files and clips go with their photo and come back with it, also those that were made later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Pawsight = Callable[..., Any]
NAMES = ["cat.xmp", "cat.JPG.XMP", "cat.aae", "cat.THM", "cat.MOV", "cat.CR2", "cat.CR2.xmp"]


@pytest.fixture
def kit(photos: Path) -> Path:
    """A folder whose cat photo has everything that a photo may have."""
    for name in NAMES:
        (photos / name).write_text(name)
    (photos / "old").mkdir()
    (photos / "old" / "cat.jpg").write_bytes((photos / "cat.jpg").read_bytes() + b"\0")
    (photos / "old" / "cat.xmp").write_text("of the older cat")
    return photos


@pytest.mark.parametrize("mode", ["--copy", "--move", "--link"])
def test_there_and_back(
    pawsight: Pawsight, kit: Path, tiny_model: Path, tmp_path: Path, tree: Callable[..., Any], mode: str
) -> None:
    before, into = tree(kit), tmp_path / "sorted"
    ran = pawsight("sort", kit, "--into", into, mode, "--model", tiny_model, "--yes")
    assert ran.code == 0
    assert "With their photos: 8 sidecars, RAW files or clips." in ran.out
    cats = {path.name: path.read_text() for path in (into / "cat").iterdir() if path.suffix != ".jpg"}
    assert cats == {name: name for name in NAMES} | {"cat-2.xmp": "of the older cat"}
    ran = pawsight("undo", into)
    assert (ran.code, ran.out) == (0, "Everything is as it was before: 14 files.\n")
    assert tree(kit) == before


def test_what_was_made_later_comes_back_with_a_photo_that_was_moved(
    pawsight: Pawsight, kit: Path, tiny_model: Path, tmp_path: Path
) -> None:
    into = tmp_path / "sorted"
    pawsight("sort", kit, "--into", into, "--move", "--model", tiny_model, "--yes")
    (into / "dog" / "dog.jpg.xmp").write_text("five stars")
    (into / "cat" / "cat-2.jpg.xmp").write_text("two stars")
    (into / "cat" / "cat.xmp").write_text("changed")
    ran = pawsight("undo", into)
    assert ran.code == 0
    assert "3 sidecars made or changed since, now with their photos:" in ran.out
    assert "Everything is as it was" not in ran.out
    assert (kit / "dog.jpg.xmp").read_text() == "five stars"
    assert (kit / "old" / "cat.jpg.xmp").read_text() == "two stars"
    assert (kit / "cat.xmp").read_text() == "changed"
    assert not into.exists()


def test_what_was_made_later_next_to_a_copy_stays_and_is_named(
    pawsight: Pawsight, kit: Path, tiny_model: Path, tmp_path: Path
) -> None:
    into = tmp_path / "sorted"
    pawsight("sort", kit, "--into", into, "--model", tiny_model, "--yes")
    (into / "dog" / "dog.xmp").write_text("five stars")
    (into / "notes.txt").write_text("mine")
    ran = pawsight("undo", into)
    assert ran.code == 0
    assert f"{into / 'dog' / 'dog.xmp'}: It was made next to a copy" in ran.out
    assert f"{into / 'notes.txt'}: It is no part of the sort, and stays." in ran.out
    assert "Everything is as it was" not in ran.out
    assert (into / "dog" / "dog.xmp").read_text() == "five stars"


def test_a_sidecar_that_cannot_be_read_stays_and_its_photo_goes(
    pawsight: Pawsight, photos: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pawsight.batch import make_steps

    really = make_steps.fingerprint  # type: ignore[attr-defined]

    def refuse(path: Path) -> str:
        if path.suffix == ".xmp":
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(make_steps, "fingerprint", refuse)
    (photos / "cat.xmp").write_text("closed")
    ran = pawsight("sort", photos, "--into", tmp_path / "sorted", "--model", tiny_model, "--yes")
    assert ran.code == 1
    assert "cat.xmp: It cannot be read (Permission denied), so it stays." in ran.out
    assert (tmp_path / "sorted" / "cat" / "cat.jpg").exists()
