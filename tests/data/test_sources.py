from __future__ import annotations

import os
import tracemalloc
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.permissions import closed

from pawsight.data.layout import list_files, list_outliers
from pawsight.data.sources import name_sources, open_source
from pawsight.errors import BadData, PayloadTooLarge, UnreadableFile
from pawsight.types import Limits

Write = Callable[[str, Mapping[str, bytes]], Path]


def labels(path: Path) -> dict[str, str | None]:
    with open_source(path) as source:
        return {file.path: file.label for file in list_files(source, "in")}


LAYOUTS: list[dict[str, str | None]] = [
    {"PetImages/Cat/1.jpg": "Cat", "PetImages/Dog/1.jpg": "Dog"},
    {"Cat/1.jpg": "cat", "cat/2.jpg": "cat", "cat/3.jpg": "cat", "Neither/3.jpg": "neither"},
    {"train/cats/cat.0.jpg": "cats", "train/dogs/dog.0.jpg": "dogs"},
    {"cats/tom.jpg": "cats"},
    {"cat.0.jpg": "cat", "Dog.1.jpg": "dog", "dog.2.jpeg": "dog", "dog.3.jpg": "dog", "README": None},
    {"train/cat.0.jpg": "cat", "train/dog.0.jpg": "dog", "train/Thumbs.db": None},
    {"cat/1.jpg": "cat", "dog/1.jpg": "dog", "lost.jpg": None},
]


@pytest.mark.parametrize("name", ["photos", "photos.zip"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: next(iter(layout)))
def test_the_layout_tells_the_label(write: Write, name: str, layout: dict[str, str | None]) -> None:
    found = labels(write(name, dict.fromkeys(layout, b"x")))
    assert found == {f"in/{file}": label for file, label in layout.items()}


def test_photos_of_neither_keep_their_kind(write: Write) -> None:
    names = ["drawn/horse/1.jpg", "drawn/Dog/1.jpg", "fish/2.jpg", "3.jpg"]
    with open_source(write("other.zip", dict.fromkeys(names, b"x"))) as source:
        found = {file.path: (file.label, file.kind) for file in list_outliers(source, "other.zip", {"cat", "dog"})}
    assert found == {
        "other.zip/drawn/horse/1.jpg": ("neither", "drawn/horse"),
        "other.zip/drawn/Dog/1.jpg": ("dog", ""),  # a drawn dog is a dog
        "other.zip/fish/2.jpg": ("neither", "fish"),
        "other.zip/3.jpg": ("neither", "other"),
    }


def test_what_systems_leave_behind_is_clutter(write: Write) -> None:
    names = {"cat/1.jpg": False, "cat/.DS_Store": True, "__MACOSX/cat/._1.jpg": True, ".thumbs/1.jpg": True}
    with open_source(write(".hidden.zip", dict.fromkeys(names, b"x"))) as source:
        assert {file.path.partition("/")[2]: file.clutter for file in list_files(source, ".hidden.zip")} == names


def test_sources_of_one_name_stay_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "photos", tmp_path / "b" / "photos", tmp_path / "c" / "photos"]
    assert name_sources(paths) == dict(zip(["photos", "photos~2", "photos~3"], paths, strict=True))


@pytest.mark.parametrize("name", ["photos", "photos.zip"])
def test_read_gives_the_content(write: Write, name: str) -> None:
    with open_source(write(name, {"cat/1.jpg": b"one", "cat/2.jpg": b""})) as source:
        assert [source.read(member) for member in source.members()] == [b"one", b""]
        with pytest.raises(UnreadableFile):
            source.read("cat/3.jpg")


@pytest.mark.parametrize("name", ["photos", "photos.zip"])
def test_heavy_files_are_refused_unread(write: Write, name: str) -> None:
    path = write(name, {"a/1": b"x" * 1000, "a/2": b"x" * 1001})
    with open_source(path, Limits(bytes=1000, local=True)) as source:
        assert len(source.read("a/1")) == 1000
        with pytest.raises(PayloadTooLarge, match="max_local_bytes"):
            source.read("a/2")


def test_a_zip_that_lies_about_sizes_unpacks_no_further(write: Write) -> None:
    path = write("lies.zip", {"cat/1.jpg": b"x" * 30_000_000})
    small, large = (1000).to_bytes(4, "little"), (30_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(large, small))
    with open_source(path) as source, pytest.raises(UnreadableFile, match="CRC"):
        source.read("cat/1.jpg")


def test_damaged_and_locked_members_are_reported_apart(write: Write) -> None:
    path = write("bad.zip", {"cat/1.jpg": os.urandom(500), "cat/2.jpg": b"good"})
    data = bytearray(path.read_bytes())
    data[60] ^= 255
    path.write_bytes(data)
    with open_source(path) as source:
        with pytest.raises(UnreadableFile, match="damaged"):
            source.read("cat/1.jpg")
        assert source.read("cat/2.jpg") == b"good"


def test_a_password_is_said(write: Write) -> None:
    path = write("locked.zip", {"cat/1.jpg": b"x"})
    data = bytearray(path.read_bytes())
    for header, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(header) + flags] |= 1
    path.write_bytes(data)
    with open_source(path) as source, pytest.raises(UnreadableFile, match="password"):
        source.read("cat/1.jpg")


def test_nothing_is_extracted(write: Write, tmp_path: Path) -> None:
    with open_source(write("slip.zip", {"../../evil/1.jpg": b"x"})) as source:
        assert [file.read() for file in list_files(source, "slip.zip")] == [b"x"]
    assert [path.name for path in tmp_path.iterdir()] == ["slip.zip"]


def test_many_threads_may_read_one_zip(write: Write) -> None:
    files = {f"cat/{number}.jpg": bytes([number]) * 5000 for number in range(200)}
    with open_source(write("photos.zip", files)) as source, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(source.read, files)) == list(files.values())


def test_what_is_no_source(tmp_path: Path) -> None:
    text = tmp_path / "text.zip"
    text.write_text("no zip")
    for path, words in ((text, "neither a folder nor a whole ZIP"), (tmp_path / "gone", "nothing at")):
        with pytest.raises(BadData, match=words):
            open_source(path)


def test_a_cut_zip_is_no_source(write: Write) -> None:
    path = write("cut.zip", {"cat/1.jpg": os.urandom(5000)})
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(BadData):
        open_source(path)


def test_a_closed_folder_is_named_and_the_rest_goes_on(write: Write) -> None:
    path = write("photos", {"cat/1.jpg": b"x", "dog/1.jpg": b"y"})
    with closed(path / "cat"), open_source(path) as source:
        assert source.members() == ["cat", "dog/1.jpg"]
        with pytest.raises(UnreadableFile, match="Permission denied"):
            source.read("cat")


def test_microsofts_zip(shared: Path) -> None:
    found = labels(shared / "data" / "kagglecatsanddogs_5340.zip")
    assert len(found) == 19_002 or len(found) > 24_000
    assert set(found.values()) == {"Cat", "Dog"}
    assert found["in/PetImages/Dog/11702.jpg"] == "Dog"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_python_would_unpack_all_at_once_is_not_unpacked(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", method) as zip:
        zip.writestr("cat/1.jpg", bytes(50_000_000))
    data = (tmp_path / "bomb.zip").read_bytes()
    (tmp_path / "bomb.zip").write_bytes(data.replace((50_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with open_source(tmp_path / "bomb.zip") as source:
        tracemalloc.start()
        with pytest.raises(UnreadableFile, match="packed in a way"):
            source.read("cat/1.jpg")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
        tracemalloc.stop()


@pytest.mark.parametrize(("place", "value"), [(6, b"\x63\0"), (8, b"\0\x08"), (24, b"\xff\xff\xff\xff")])
def test_a_directory_with_odd_values_never_crashes(write: Write, place: int, value: bytes) -> None:
    """A later version of ZIP, a name that says it is UTF-8 and is not, a size beyond all bounds."""
    path = write("odd.zip", {"c\xe4t/1.jpg": b"x"})
    data = bytearray(path.read_bytes().replace("\xe4".encode(), b"\xff\xff"))
    start = data.index(b"PK\1\2")
    data[start + place : start + place + len(value)] = value
    path.write_bytes(data)
    with pytest.raises((BadData, UnreadableFile, PayloadTooLarge)), open_source(path) as source:
        source.read(source.members()[0])


def zip_of(path: Path, members: Iterable[tuple[str, bytes]], says_utf8: bool = True) -> Path:
    """A ZIP of members in their order, also of one name; Finder writes UTF-8 without saying so."""

    class Info(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
            flags = self.flag_bits | 0x800 if says_utf8 else self.flag_bits & ~0x800
            return self.filename.encode(), flags

    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in members:
            info = Info("x")
            info.filename = name  # as it is: the constructor changes separators
            archive.writestr(info, data)
    return path


@pytest.mark.parametrize("says_utf8", [True, False])
def test_zips_of_finder(tmp_path: Path, says_utf8: bool) -> None:
    names = [unicodedata.normalize("NFD", f"Tiere/K\u00e4tzchen/{number}.jpg") for number in range(3)]
    path = zip_of(tmp_path / "mac.zip", [(name, b"x") for name in [*names, "Tiere/Hund/1.jpg"]], says_utf8)
    assert set(labels(path).values()) == {"K\u00e4tzchen", "Hund"}
    with open_source(path) as source:
        assert [source.read(member) for member in source.members()] == [b"x"] * 4


def test_zips_with_backslashes(tmp_path: Path) -> None:
    members = [("Tiere\\cat\\1.jpg", b"c"), ("Tiere\\cat\\", b""), ("Tiere\\dog\\1.jpg", b"d")]
    assert list(labels(zip_of(tmp_path / "windows.zip", members)).values()) == ["cat", "dog"]


def test_members_of_one_name_are_all_read(tmp_path: Path) -> None:
    members = [("a/cat/1.jpg", b"one"), ("a/cat/1.jpg", b"two"), ("a/cat/1.jpg", b"three")]
    with open_source(zip_of(tmp_path / "twice.zip", members)) as source:
        assert source.members() == ["a/cat/1.jpg", "a/cat/1~2.jpg", "a/cat/1~3.jpg"]
        assert [source.read(member) for member in source.members()] == [b"one", b"two", b"three"]


def test_links_to_folders_are_followed_and_circles_end(write: Write) -> None:
    path = write("photos", {"cat/1.jpg": b"x"})
    elsewhere = write("elsewhere", {"1.jpg": b"y", "2.jpg": b"z"})
    (path / "dog").symlink_to(elsewhere, target_is_directory=True)
    (elsewhere / "up").symlink_to(path, target_is_directory=True)
    (path / "gone").symlink_to("nowhere")
    found = labels(path)
    assert found["in/dog/1.jpg"] == found["in/dog/2.jpg"] == "dog"
    assert len(found) == 4


def test_a_source_whose_name_is_a_formula_begins_no_cell_with_it(tmp_path: Path) -> None:
    assert list(name_sources([tmp_path / "=cmd", tmp_path / "photos"])) == ["_=cmd", "photos"]
