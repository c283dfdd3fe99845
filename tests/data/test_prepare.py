from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

from pawsight import images
from pawsight.data import open_dataset
from pawsight.data.prepare import Prepared, prepare
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


def test_ready_made_splits_are_kept_and_said(write: Write, photo: Photo) -> None:
    names = [
        f"{split}/{label}/{n}.png" for split in ("train", "val", "test") for label in ("Owl", "Fox") for n in range(4)
    ]
    done = make(write("photos", {name: photo(seed, format="PNG") for seed, name in enumerate(names)}))
    assert done.description.classes == ["Fox", "Owl"]
    assert {split: sum(labels.values()) for split, labels in done.description.counts.items()} == {
        "train": 8,
        "validation": 8,
        "test": 8,
    }
    assert done.notes == ["Kept the splits that the source has: train 8, validation 8, test 8."]
    assert make(done.folder.parent / "photos").description.counts == done.description.counts


def test_a_split_that_a_source_lacks_is_made_of_the_others(write: Write, photo: Photo) -> None:
    names = [f"{split}/{label}/{n}.png" for split in ("train", "test") for label in ("Owl", "Fox") for n in range(30)]
    done = make(write("photos", {name: photo(seed, format="PNG") for seed, name in enumerate(names)}))
    counts = {split: sum(labels.values()) for split, labels in done.description.counts.items()}
    assert counts["test"] == 60
    assert counts["train"] + counts["validation"] == 60
    assert counts["validation"] > 0
    assert "A tenth of train became validation." in done.notes[0]


def test_copies_across_ready_made_splits_are_warned_about(write: Write, photo: Photo) -> None:
    files = {
        f"{split}/{label}/{n}.png": photo(n + 10 * (label == "Fox"), format="PNG")
        for split in ("train", "test")
        for label in ("Owl", "Fox")
        for n in range(3)
    }
    files["test/Owl/0.png"] = photo(0, format="PNG", compress_level=1)  # the same picture in other bytes
    done = make(write("photos", files))
    assert any("stand in several splits" in warning for warning in done.warnings)
    rows = open_dataset(done.folder).rows
    assert {row.split for row in rows if row.path.endswith("Owl/1.png")} == {"test"}


@pytest.mark.parametrize("name", ["both", "CON", "=1"])
def test_classes_that_could_not_be_separated_are_refused_at_once(write: Write, photo: Photo, name: str) -> None:
    with pytest.raises(BadData, match="cannot be used"):
        make(write("photos", {f"{name}/1.jpg": photo(1), "dog/1.jpg": photo(2)}))


def test_a_carriage_return_in_a_name_keeps_the_tables_whole(write: Write, cats_and_dogs: dict[str, bytes]) -> None:
    files = dict(cats_and_dogs)
    first = next(name for name in files if name.startswith("Cat/"))
    files["Cat/a\rb\n,.jpg"] = files.pop(first)
    files["Dog/Icon\r"] = b""
    source = write("photos", files)
    done = make(source)
    assert len(open_dataset(done.folder).rows) == 120
    assert make(source).description == done.description


@pytest.mark.long
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


def test_kinds_of_neither_are_kept(write: Write, photo: Photo, cats_and_dogs: dict[str, bytes]) -> None:
    source = write("photos", cats_and_dogs)
    farm = write("farm", {"cow/1.jpg": photo(8000), "dog/2.jpg": photo(8001)})
    rows = open_dataset(make(source, neither=[farm]).folder).rows
    found = {row.path: (row.label, row.kind) for row in rows if row.path.startswith("farm/")}
    assert found == {"farm/cow/1.jpg": ("neither", "cow"), "farm/dog/2.jpg": ("dog", "")}
