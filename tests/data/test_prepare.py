from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

from pawsight import images
from pawsight.data import open_dataset
from pawsight.data.prepare import Prepared, prepare
from pawsight.data.scan import Opened
from pawsight.errors import BadData

Photo = Callable[..., bytes]
Write = Callable[[str, Mapping[str, bytes]], Path]

ENDS = {"left": 0.0, "right": 0.4}


def make(source: Path, out: str = "out", *, seed: int = 0, neither: Iterable[Path] = ()) -> Prepared:
    return prepare(source, source.parent / out, size=32, seed=seed, neither=list(neither))


def splits(folder: Path) -> dict[str, str]:
    return {row.sha256: row.split for row in open_dataset(folder).rows}


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_photos_are_kept_and_bad_files_listed(write: Write, photo: Photo, cats_and_dogs: dict[str, bytes]) -> None:
    faults = {"Cat/666.jpg": b"", "Dog/Thumbs.db": b"\xd0\xcf\x11\xe0", "Dog/cut.jpg": photo(1)[:900]}
    source = write("photos", {**cats_and_dogs, **faults})
    before = listing(source)
    done = make(source)
    assert listing(source) == before
    with (done.folder / "bad.csv").open(newline="", encoding="utf-8") as file:
        listed = {row["path"]: row["code"] for row in csv.DictReader(file)}
    assert listed == {
        "photos/Cat/666.jpg": "empty_file",
        "photos/Dog/Thumbs.db": "unsupported_format",
        "photos/Dog/cut.jpg": "broken_image",
    }
    assert {one.path: one.code for one in done.bad} == listed
    assert sum(sum(labels.values()) for labels in done.description.counts.values()) == 120
    assert sorted(path.name for path in source.parent.iterdir()) == ["out", "photos"]


def test_pixels_stand_in_the_order_of_the_manifest(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    data = open_dataset(make(write("photos.zip", {"Cat/0.jpg": b"", **cats_and_dogs})).folder)
    for row, pixels in zip(data.rows, data.pixels, strict=True):
        original = cats_and_dogs[row.path.removeprefix("photos.zip/")]
        np.testing.assert_array_equal(pixels, images.fit(images.decode(original, least=32), 32, "crop"))


def test_order_and_names_do_not_matter(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    renamed = {f"{name.split('/')[0].lower()}.{number}.jpg": data for number, (name, data) in
               enumerate(reversed(cats_and_dogs.items()))}  # fmt: skip
    first, second = make(write("photos.zip", cats_and_dogs), "one"), make(write("flat", renamed), "two")
    assert first.description.fingerprint == second.description.fingerprint
    assert splits(first.folder) == splits(second.folder)


def test_twins_never_stand_on_both_sides(write: Write, photo: Photo, cats_and_dogs: dict[str, bytes]) -> None:
    copies = {f"Cat/again {number}.jpg": photo(number, quality=40) for number in range(60)}
    data = open_dataset(make(write("photos", {**cats_and_dogs, **copies})).folder)
    place = {row.path: row for row in data.rows}
    for number in range(60):
        original, copy = place[f"photos/Cat/{number}.jpg"], place[f"photos/Cat/again {number}.jpg"]
        assert original.sha256 != copy.sha256
        assert (original.split, original.group) == (copy.split, copy.group)
    assert data.description.duplicate_groups == 60


def test_adding_photos_moves_no_old_one(write: Write, photo: Photo, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    before = splits(make(source).folder)
    twins = {f"Cat/twin {number}.jpg": photo(number, quality=40) for number in range(60)}
    more = {f"Dog/more {number}.jpg": photo(9000 + number) for number in range(30)}
    write("photos", {**twins, **more})
    after = open_dataset(make(source).folder)
    found = {row.sha256: row.split for row in after.rows}
    assert len(found) == 210
    assert {digest: found[digest] for digest in before} == before
    by_path = {row.path: row.split for row in after.rows}
    for number in range(60):
        assert by_path[f"photos/Cat/twin {number}.jpg"] == by_path[f"photos/Cat/{number}.jpg"]


def test_a_newcomer_that_bridges_two_sides_is_left_out(
    write: Write, photo: Photo, picture: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty pairs of photos that differ too much to be twins, and later for each a photo halfway between them."""
    monkeypatch.setattr("pawsight.data.duplicates.MOST_BITS", 64)  # only the thumbnails tell

    def mix(number: int, weight: float) -> bytes:
        one, other = (images.decode(photo(seed, format="PNG")) for seed in (number, 100 + number))
        return picture(pixels=(one * (1 - weight) + other * weight).astype(np.uint8), format="PNG")

    ends = {f"cat/{number} {name}.png": mix(number, weight) for number in range(20) for name, weight in ENDS.items()}
    source = write("photos", ends)
    first = make(source)
    assert first.description.duplicate_groups == 0
    side = {row.path: row.split for row in open_dataset(first.folder).rows}
    write("photos", {f"cat/{number} middle.png": mix(number, 0.2) for number in range(20)})
    done = make(source)
    after = {row.path: row.split for row in open_dataset(done.folder).rows}
    left_out = 0
    for number in range(20):
        left, middle, right = (f"photos/cat/{number} {name}.png" for name in ("left", "middle", "right"))
        apart = side[left] != side[right]
        assert (after[left], after[right]) == (side[left], side[right])
        assert after[middle] == ("left-out" if apart else side[left])
        left_out += apart
    assert 0 < left_out < 20
    assert done.description.counts["left-out"] == {"cat": left_out}
    assert f"Left out {left_out} new photos" in done.warnings[-1]


def test_another_seed_draws_anew_and_a_new_folder_draws_the_same(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    first = splits(make(source).folder)
    assert splits(make(source, "elsewhere").folder) == first
    assert splits(make(source, seed=1).folder) != first
    assert splits(make(source).folder) == first


def test_neither_counts_as_no_class(write: Write, photo: Photo, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", {**cats_and_dogs, "neither/1.jpg": photo(7000)})
    others = [write(f"{name}/photos", {"fish/1.jpg": photo(seed)}) for name, seed in (("a", 7001), ("b", 7002))]
    done = make(source, neither=others)
    assert done.description.classes == ["cat", "dog"]
    paths = {row.path for row in open_dataset(done.folder).rows if row.label == "neither"}
    assert paths == {"photos/neither/1.jpg", "photos~2/fish/1.jpg", "photos~3/fish/1.jpg"}


def test_few_photos_are_warned_about(write: Write, photo: Photo) -> None:
    done = make(write("photos", {"cat/1.jpg": photo(1), "dog/1.jpg": photo(2)}))
    assert len(done.warnings) == 4
    assert all("Add photos: from about 50 of a class" in line for line in done.warnings)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"cat/1.jpg": b""}, "Expected a zip or folder with a folder per class"),
        ({"README": b"text"}, "Expected a zip or folder with a folder per class"),
        ({}, "Expected a zip or folder with a folder per class"),
    ],
)
def test_without_photos_nothing_is_written(write: Write, files: dict[str, bytes], words: str) -> None:
    source = write("photos.zip", files)
    with pytest.raises(BadData, match=words):
        make(source)
    assert [path.name for path in source.parent.iterdir()] == ["photos.zip"]


def test_photos_of_no_class_are_not_enough(write: Write, photo: Photo) -> None:
    source = write("photos", {"1.jpg": photo(1), "neither/2.jpg": photo(2)})
    with pytest.raises(BadData, match="no photo of a class"):
        make(source)


def test_what_prepare_did_not_write_is_never_replaced(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    kept = write("out", {"holiday/1.jpg": b"mine"})
    with pytest.raises(BadData, match="holds holiday"):
        make(source)
    assert listing(kept) == {"holiday/1.jpg": b"mine"}

    done = make(source, "set")
    (done.folder / "notes.txt").write_text("mine")
    before = listing(done.folder)
    with pytest.raises(BadData, match=r"holds notes\.txt"):
        make(source, "set")
    assert listing(done.folder) == before

    (source.parent / "file").write_text("mine")
    with pytest.raises(BadData, match="holds no folder"):
        make(source, "file")


def test_a_damaged_set_is_not_replaced(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    done = make(source)
    manifest = done.folder / "manifest.csv"
    lines = manifest.read_text().splitlines(keepends=True)
    for content in ("no table", "".join(lines[:1]), "".join(lines[:-1])):
        manifest.write_text(content)
        with pytest.raises(BadData, match="Choose another --out"):
            make(source)
        assert manifest.read_text() == content


def test_an_empty_folder_is_as_good_as_none(write: Write, cats_and_dogs: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert open_dataset(make(write("photos", cats_and_dogs)).folder).splits["train"] > 80


def test_out_may_not_lie_in_a_source(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    for out in (source, source / "prepared"):
        with pytest.raises(BadData, match="outside"):
            prepare(source, out)


def test_a_failure_leaves_the_old_set(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    done = make(source)
    before = listing(done.folder)

    def stop(opened: Iterable[Opened], total: int) -> Iterable[Opened]:
        for number, one in enumerate(opened):
            if number == total // 2:
                raise KeyboardInterrupt
            yield one

    with pytest.raises(KeyboardInterrupt):
        prepare(source, done.folder, size=48, watch=stop)
    assert listing(done.folder) == before
    assert sorted(path.name for path in source.parent.iterdir()) == ["out", "photos"]


def test_what_cannot_be_written_is_said(write: Write, cats_and_dogs: dict[str, bytes], tmp_path: Path) -> None:
    source = write("photos", cats_and_dogs)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadData, match="Expected to write to"):
        prepare(source, tmp_path / "file" / "out", size=32)


def test_a_full_disk_is_said_and_leaves_nothing(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    """The system's limit on a file's size fails in the middle of writing, as a full disk does."""
    resource = pytest.importorskip("resource", reason="needs a system with limits on file sizes")
    source = write("photos", cats_and_dogs)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(BadData, match="File too large"):
            make(source)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in source.parent.iterdir()] == ["photos"]


def test_a_relative_out(write: Write, cats_and_dogs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    source = write("photos", cats_and_dogs)
    monkeypatch.chdir(source.parent)
    assert prepare(Path("photos"), Path("sets/first"), size=32).folder == Path("sets/first")
    assert open_dataset(source.parent / "sets" / "first").description.sources == {"photos": str(source.resolve())}


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_ctrl_c_leaves_nothing_behind(write: Write, photo: Photo) -> None:
    heavy = photo(1, cell=200)
    source = write("photos", {f"cat/{number}.jpg": heavy for number in range(300)})
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\nfrom pawsight.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "data", "prepare", str(source), "--out", str(source.parent / "out")]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    run = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(source.parent.glob(".out.building-*/pixels.npy")) and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said.strip()) == (2, "Stopped.")
    assert [path.name for path in source.parent.iterdir()] == ["photos"]


def test_animals(shared: Path, tmp_path: Path) -> None:
    """Real photos of three classes, and others of none."""
    source, other = (shared / "data" / name for name in ("animals.zip", "other.zip"))
    done = prepare(source, tmp_path / "out", size=64, neither=[other])
    assert done.description.classes == ["cat", "dog", "panda"]
    assert not done.bad
    assert not done.warnings
    splits = open_dataset(done.folder).splits
    assert sum(splits.values()) == 2100
    assert 0.76 < splits["train"] / 2100 < 0.84
