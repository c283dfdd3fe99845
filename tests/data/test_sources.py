from __future__ import annotations

import os
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pawsight.data import sources
from pawsight.data.sources import list_files, name_sources, open_source
from pawsight.errors import BadData, PayloadTooLarge, UnreadableFile
from pawsight.types import Limits

Write = Callable[[str, Mapping[str, bytes]], Path]


def labels(path: Path, label: str | None = None) -> dict[str, str | None]:
    with open_source(path) as source:
        return {file.path: file.label for file in list_files(source, "in", label)}


LAYOUTS: list[dict[str, str | None]] = [
    {"PetImages/Cat/1.jpg": "cat", "PetImages/Dog/1.jpg": "dog"},
    {"Cat/1.jpg": "cat", "cat/2.jpg": "cat", "neither/3.jpg": "neither"},
    {"train/cats/cat.0.jpg": "cats", "train/dogs/dog.0.jpg": "dogs"},
    {"cats/tom.jpg": "cats"},
    {"cat.0.jpg": "cat", "Dog.1.jpg": "dog", "dog.2.jpeg": "dog", "README": None},
    {"train/cat.0.jpg": "cat", "train/dog.0.jpg": "dog", "train/Thumbs.db": None},
    {"cat/1.jpg": "cat", "dog/1.jpg": "dog", "lost.jpg": None},
]


@pytest.mark.parametrize("name", ["photos", "photos.zip"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: next(iter(layout)))
def test_the_layout_tells_the_label(write: Write, name: str, layout: dict[str, str | None]) -> None:
    found = labels(write(name, dict.fromkeys(layout, b"x")))
    assert found == {f"in/{file}": label for file, label in layout.items()}


def test_a_label_for_all_beats_the_layout(write: Write) -> None:
    assert set(labels(write("other.zip", {"other/fish/1.jpg": b"x", "2.jpg": b"y"}), "neither").values()) == {"neither"}


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
def test_heavy_files_are_refused_unread(write: Write, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LIMITS", Limits(bytes=1000))
    with open_source(write(name, {"a/1": b"x" * 1000, "a/2": b"x" * 1001})) as source:
        assert len(source.read("a/1")) == 1000
        with pytest.raises(PayloadTooLarge):
            source.read("a/2")


def test_a_zip_that_lies_about_sizes_unpacks_no_further(write: Write) -> None:
    path = write("lies.zip", {"cat/1.jpg": b"x" * 30_000_000})
    small, large = (1000).to_bytes(4, "little"), (30_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(large, small))
    with open_source(path) as source, pytest.raises(UnreadableFile, match="CRC"):
        source.read("cat/1.jpg")


def test_damaged_and_locked_members_are_told_apart_from_the_rest(write: Write) -> None:
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
    for path, words in ((text, "neither a folder nor a whole zip"), (tmp_path / "gone", "nothing at")):
        with pytest.raises(BadData, match=words):
            open_source(path)


def test_a_cut_zip_is_no_source(write: Write) -> None:
    path = write("cut.zip", {"cat/1.jpg": os.urandom(5000)})
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(BadData):
        open_source(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user who is not root")
def test_a_closed_folder_is_not_passed_over(write: Write) -> None:
    path = write("photos", {"cat/1.jpg": b"x"})
    (path / "cat").chmod(0)
    try:
        with open_source(path) as source, pytest.raises(BadData, match="rights"):
            source.members()
    finally:
        (path / "cat").chmod(0o700)


def test_microsofts_zip(shared: Path) -> None:
    found = labels(shared / "data" / "kagglecatsanddogs_5340.zip")
    assert len(found) == 19_002 or len(found) > 24_000
    assert set(found.values()) == {"cat", "dog"}
    assert found["in/PetImages/Dog/11702.jpg"] == "dog"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_python_would_unpack_all_at_once_is_not_unpacked(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", method) as zip:
        zip.writestr("cat/1.jpg", bytes(50_000_000))
    data = (tmp_path / "bomb.zip").read_bytes()
    (tmp_path / "bomb.zip").write_bytes(data.replace((50_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with open_source(tmp_path / "bomb.zip") as source:
        tracemalloc.start()
        with pytest.raises(UnreadableFile, match="stored or deflated"):
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
