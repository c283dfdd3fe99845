"""A folder as a shelter has it: sorted, corrected by hand, new photos a week later, sorted again, undone twice."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Pawsight = Callable[..., Any]
Contents = dict[str, tuple[str, int]]


def contents(folder: Path) -> Contents:
    """Path -> hash and time of every file, without Pawsight's own."""
    found = {}
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and ".pawsight" not in parts:
            found["/".join(parts)] = (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
    return found


def in_class(into: Path, name: str) -> set[str]:
    return {path.name for path in (into / name).iterdir()}


class Shelter:
    """Makes a shelter's folder, in which names say what the tiny model sees."""

    def __init__(self, folder: Path, picture: Callable[..., bytes], colours: Any) -> None:
        self.folder, self._picture, self._colours, self._seed = folder, picture, colours, 0

    def photo(self, name: str, shows: str, **options: Any) -> Path:
        """Write one photo."""
        self._seed += 1
        return self.file(name, self._picture(colour=self._colours[shows], seed=self._seed, **options))

    def file(self, name: str, data: bytes) -> Path:
        """Write one file, with a time of its own."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, ns=(10**18, 10**18 + 1_000_007 * len(list(self.folder.rglob("*")))))
        return path

    def fill(self) -> None:
        """Write the first afternoon's files."""
        for number in range(12):
            shows = ("cat", "dog", "unsure", "neither")[number % 4]
            self.photo(f"card1/DCIM/100CANON/IMG_{number:04}.JPG", shows, orientation=1 + number % 8)
            self.photo(f"card2/DCIM/IMG_{number:04}.jpg", shows)
        for number, ending in enumerate((".CR2", ".CR2", ".xmp", ".JPG.XMP")):
            self.file(f"card1/DCIM/100CANON/IMG_{number:04}{ending}", b"goes with photo %d" % number)
        for number in range(4):
            self.photo(f"phone/IMG_E{number}.jpg", "cat" if number % 2 else "dog", orientation=6)
            self.file(f"phone/IMG_E{number}.MOV", b"three seconds %d" % number)
            self.file(f"phone/IMG_E{number}.AAE", b"<plist/> %d" % number)
        for number in range(3):
            shutil.copy2(self.folder / f"card2/DCIM/IMG_{number:04}.jpg", self.folder / f"copy of {number}.jpg")
        for ending, format in ((".png", "PNG"), (".webp", "WEBP"), (".gif", "GIF"), (".bmp", "BMP"), (".avif", "AVIF")):
            self.photo(f"mail/felix{ending}", "cat", format=format)
        self.photo("mail/" + "猫" * 80 + ".jpg", "cat")
        self.photo("mail/" + "m" * 251 + ".jpg", "dog")
        self.photo("mail/holiday\ncat.jpg", "cat")
        whole = self._picture(colour=self._colours["cat"], seed=999)
        self.file("mail/cut off.jpg", whole[: len(whole) // 2])
        self.file("mail/empty.jpg", b"")
        self.file("mail/letter.jpg", b"Dear shelter, ...")
        self.file("mail/list.doc", b"a list")
        self.file("mail/.hidden.jpg", whole)


@pytest.fixture
def shelter(tmp_path: Path, picture: Callable[..., bytes], colours: Any) -> Shelter:
    made = Shelter(tmp_path / "shelter", picture, colours)
    made.fill()
    return made


def correct(into: Path) -> None:
    """What a person does in the folders: move, rename, rate, look at."""
    (into / "please-check" / "IMG_0002.JPG").rename(into / "cat" / "IMG_0002.JPG")  # its sidecar is forgotten
    (into / "please-check" / "IMG_0002-2.jpg").rename(into / "dog" / "Rex.jpg")
    (into / "rabbit").mkdir()
    (into / "neither" / "IMG_0003-2.jpg").rename(into / "rabbit" / "IMG_0003.jpg")


@pytest.mark.parametrize("mode", ["--move", "--copy", "--link"])
def test_two_weeks(pawsight: Pawsight, shelter: Shelter, tiny_model: Path, tmp_path: Path, mode: str) -> None:
    folder, into = shelter.folder, tmp_path / "sorted"
    before = contents(folder)
    words = ["sort", folder, "--into", into, mode, "--model", tiny_model, "--yes"]
    ran = pawsight(*words)
    assert ran.code == 1  # three files cannot be read
    assert "3 files stay where they are:" in ran.out
    assert "Traceback" not in ran.out + ran.err
    _check_first_week(folder, into, before, moved=mode == "--move")

    correct(into)
    for number in range(6):
        shelter.photo(f"card3/IMG_{number:04}.JPG", ("cat", "dog")[number % 2])
    shelter.file("card3/again.jpg", (into / "dog" / "Rex.jpg").read_bytes())
    between = contents(into), contents(folder)
    ran = pawsight(*words)
    assert "1 already sorted, 6 new." in ran.out if mode == "--move" else " already sorted, 6 new." in ran.out
    assert "3 photos moved to another folder by hand since: they stay there." in ran.out
    after = contents(into)
    assert after.items() >= between[0].items()
    assert len(after) == len(between[0]) + 6

    assert pawsight("undo", into).out.endswith("Everything is as it was before: 6 files.\n")
    assert (contents(into), contents(folder)) == between
    ran = pawsight("undo", into)
    assert ran.code == 0, ran.out
    assert "3 photos moved by hand since: back in their old places, too." in ran.out
    assert {name: row for name, row in contents(folder).items() if not name.startswith("card3/")} == before
    assert contents(into) == {}
    assert "rabbit: It is no part of the sort, and stays." in ran.out


def _check_first_week(folder: Path, into: Path, before: Contents, moved: bool) -> None:
    """Every content stands in the folder of its class once for each original, with what goes with it."""
    now = contents(into)
    stay = {"mail/cut off.jpg", "mail/empty.jpg", "mail/letter.jpg", "mail/list.doc", "mail/.hidden.jpg"}
    gone = {name: row for name, row in before.items() if name not in stay}
    assert sorted(row for row in now.values()) == sorted(gone.values())
    assert contents(folder) == ({name: before[name] for name in stay} if moved else before)
    cats = in_class(into, "cat")
    assert {"IMG_0000.JPG", "IMG_0000.CR2", "IMG_E1.jpg", "IMG_E1.MOV", "IMG_E1.AAE", "felix.avif"} <= cats
    assert {"IMG_0001.JPG", "IMG_0001.CR2", "IMG_E0.MOV"} <= in_class(into, "dog")
    assert {"IMG_0002.JPG", "IMG_0002.xmp"} <= in_class(into, "please-check")
    assert {"IMG_0003.JPG", "IMG_0003.JPG.XMP"} <= in_class(into, "neither")
