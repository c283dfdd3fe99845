from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pawsight.data import SPLITS, Dataset, Row, open_dataset
from pawsight.data.manifest import count, fingerprint, read_rows
from pawsight.data.prepare import prepare
from pawsight.data.tables import write_table
from pawsight.errors import BadData

Photo = Callable[..., bytes]
Write = Callable[[str, Mapping[str, bytes]], Path]

ROWS = [
    Row("z/cat/1.jpg", "cat", "train", "aa", "0" * 16, "aa", 10, 20),
    Row("z/dog/1.jpg", "dog", "test", "bb", "0" * 16, "bb", 10, 20),
    Row("o/1.jpg", "neither", "train", "cc", "0" * 16, "cc", 10, 20),
]


@pytest.fixture
def data(write: Write, photo: Photo, cats_and_dogs: dict[str, bytes]) -> Dataset:
    source = write("photos.zip", cats_and_dogs)
    other = write("other", {f"{number}.png": photo(5000 + number, format="PNG") for number in range(9)})
    return open_dataset(prepare(source, source.parent / "out", size=32, neither=[other]).folder)


def test_what_is_prepared_can_be_opened(data: Dataset) -> None:
    assert data.classes == ("cat", "dog")
    assert (data.size, data.fit) == (32, "crop")
    assert data.pixels.shape == (129, 32, 32, 3)
    assert data.pixels.dtype == np.uint8
    assert not data.pixels.flags.writeable
    assert len(data.fingerprint) == 64


def test_targets_have_a_column_a_class_and_are_all_zero_for_neither(data: Dataset) -> None:
    expected = {"cat": [1, 0], "dog": [0, 1], "neither": [0, 0]}
    assert data.targets.dtype == np.float32
    assert data.targets.tolist() == [expected[row.label] for row in data.rows]
    assert data.targets.sum() == 120


def test_every_photo_stands_in_one_split(data: Dataset) -> None:
    together = np.concatenate([data.indices(split) for split in SPLITS])
    assert sorted(together.tolist()) == list(range(129))
    assert data.splits == {split: len(data.indices(split)) for split in SPLITS}
    assert all(data.rows[place].split == "test" for place in data.indices("test"))
    with pytest.raises(ValueError, match="train, validation, test"):
        data.indices("tset")


def test_doubted_photos_leave_the_training_and_nothing_else(data: Dataset) -> None:
    trained, tested = (data.rows[data.indices(split)[0]].path for split in ("train", "test"))
    rest = data.without({trained, tested, "no such photo"})
    assert trained not in {rest.rows[place].path for place in rest.indices("train")}
    assert rest.splits == data.splits | {"train": data.splits["train"] - 1}
    assert rest.indices("test").tolist() == data.indices("test").tolist()
    assert rest.description.counts["left-out"] == {next(r.label for r in data.rows if r.path == trained): 1}
    assert rest.fingerprint != data.fingerprint
    assert data.without(()).fingerprint == data.fingerprint


def test_originals_are_read_again_in_the_order_asked_for(data: Dataset) -> None:
    order = [128, 0, 60, 0]
    read = list(data.photos(np.array(order)))
    assert [hashlib.sha256(one).hexdigest() for one in read] == [data.rows[place].sha256 for place in order]


def test_a_changed_original_is_noticed(data: Dataset, photo: Photo) -> None:
    place = next(place for place, row in enumerate(data.rows) if row.path == "other/3.png")
    original = data.folder.parent / "other" / "3.png"
    original.write_bytes(photo(1))
    with pytest.raises(BadData, match=r"other/3\.png has changed"):
        list(data.photos([place]))
    original.unlink()
    with pytest.raises(BadData, match="no longer be read"):
        list(data.photos([place]))


def test_a_moved_source_is_noticed(data: Dataset) -> None:
    source = data.folder.parent / "photos.zip"
    source.rename(source.with_name("elsewhere.zip"))
    with pytest.raises(BadData, match=r"nothing at .*photos\.zip"):
        list(data.photos([0]))


def test_the_fingerprint_identifies_photos_labels_split_and_classes() -> None:
    classes = ["cat", "dog"]
    whole = fingerprint(classes, ROWS)
    moved = [replace(row, path="elsewhere", phash="1" * 16, width=1) for row in reversed(ROWS)]
    assert fingerprint(classes, moved) == whole
    for change in ({"label": "dog"}, {"split": "validation"}, {"sha256": "ab"}):
        assert fingerprint(classes, [replace(ROWS[0], **change), *ROWS[1:]]) != whole  # type: ignore[arg-type]
    assert fingerprint(["cat", "dog", "panda"], ROWS) != whole
    assert fingerprint(classes, ROWS[1:]) != whole
    assert fingerprint(classes, [*ROWS, ROWS[0]]) != whole


def test_counts_name_every_split() -> None:
    assert count(ROWS) == {"train": {"cat": 1, "neither": 1}, "validation": {}, "test": {"dog": 1}}


def test_names_of_any_bytes_survive_the_table(tmp_path: Path) -> None:
    odd = [replace(ROWS[0], path=path) for path in ('a "quoted", name', "line\nbreak", "latin \udce9", "Katze 🐈")]
    write_table(tmp_path / "manifest.csv", Row, odd)
    assert read_rows(tmp_path) == tuple(odd)


def test_an_edited_manifest_is_noticed(data: Dataset) -> None:
    path = data.folder / "manifest.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",train,", ",test,", 1), encoding="utf-8")
    with pytest.raises(BadData, match="fingerprint differs"):
        open_dataset(data.folder)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("dataset.json", None, "Expected a prepared data set"),
        ("dataset.json", "{", "does not describe"),
        ("dataset.json", '{"format": 2}', "does not describe"),
        ("manifest.csv", None, "Expected a table"),
        ("manifest.csv", "path,label\nx,cat\n", "Expected a table"),
        ("pixels.npy", None, "Expected pixels"),
        ("pixels.npy", "no numbers", "Expected pixels"),
    ],
)
def test_damaged_sets_are_refused(data: Dataset, name: str, content: str | None, words: str) -> None:
    (data.folder / name).unlink()
    if content is not None:
        (data.folder / name).write_text(content)
    with pytest.raises(BadData, match=words):
        open_dataset(data.folder)


def test_pixels_of_another_set_are_refused(data: Dataset) -> None:
    np.save(data.folder / "pixels.npy", np.zeros((128, 32, 32, 3), np.uint8))
    with pytest.raises(BadData, match="Expected 129 photos of 32 x 32"):
        open_dataset(data.folder)


def test_a_source_that_is_not_named_is_bad_data(data: Dataset) -> None:
    path = data.folder / "dataset.json"
    described = json.loads(path.read_text())
    described["sources"].pop("photos.zip")
    path.write_text(json.dumps(described))
    with pytest.raises(BadData, match=r"does not name the source 'photos\.zip'"):
        list(open_dataset(data.folder).photos([0]))


def test_a_set_may_be_moved(data: Dataset) -> None:
    moved = shutil.move(data.folder, data.folder.with_name("moved"))
    again = open_dataset(Path(moved))
    assert again.rows == data.rows
    assert len(next(again.photos([0]))) > 0


@pytest.mark.parametrize("path", ["drawn.zip/drawn/dog/1.png", "drawn/dog/1.png", "drawn.tar/1.png"])
def test_a_source_is_called_like_what_photos_came_with_without_its_ending(path: str) -> None:
    assert Row(path, "dog", "train", "00", "00", "00", 1, 1).source == "drawn"
