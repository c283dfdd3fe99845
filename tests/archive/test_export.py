"""What people corrected becomes training photos."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.export import ArchiveExport, export, labelled, zipped
from pawsight.archive.files import StoredName
from pawsight.archive.store import Archive
from pawsight.classifier import Prediction
from pawsight.errors import BadArchive

Put = Callable[..., ArchiveEntry]


def written(folder: Path) -> dict[str, set[str]]:
    """Label -> SHA-256 of its photos."""
    return {label.name: {path.stem for path in label.iterdir()} for label in folder.iterdir()}


def test_corrections_are_the_labels(archive: Archive, put: Put, tmp_path: Path) -> None:
    cat, dog, neither, both, _untouched = (put(archive, seed) for seed in range(5))
    for entry, label in ((cat, "cat"), (dog, "dog"), (neither, "neither"), (both, "both")):
        archive.correct(entry.id, label)
    done = export(archive, tmp_path / "photos")
    assert done == ArchiveExport({"cat": 1, "dog": 1, "neither": 1}, several=1)
    assert written(tmp_path / "photos") == {"cat": {cat.stored}, "dog": {dog.stored}, "neither": {neither.stored}}


def test_sure_answers_where_asked_for(archive: Archive, put: Put, tmp_path: Path) -> None:
    sure, unsure, corrected = put(archive, 1, score=0.98), put(archive, 2, score=0.8), put(archive, 3, score=0.98)
    archive.correct(corrected.id, "dog")
    export(archive, tmp_path / "photos", confident=0.97)
    assert written(tmp_path / "photos") == {"cat": {sure.stored}, "dog": {corrected.stored}}
    assert unsure.confidence < 0.97


def test_the_newest_correction_of_a_photo_counts(archive: Archive, put: Put, tmp_path: Path) -> None:
    one, two, _ = put(archive, 1), put(archive, 1), put(archive, 1, score=0.99)
    archive.correct(two.id, "neither")
    archive.correct(one.id, "dog")
    export(archive, tmp_path / "photos", confident=0.5)
    assert written(tmp_path / "photos") == {"dog": {one.stored}}


def test_what_was_taken_back_is_no_label(archive: Archive, put: Put, tmp_path: Path) -> None:
    entry = put(archive)
    archive.correct(entry.id, "dog")
    archive.correct(entry.id, None)
    assert export(archive, tmp_path / "photos").counts == {}


@pytest.mark.parametrize("damage", [None, b"", b"\xff\xd8 half a photo"], ids=["missing", "empty", "damaged"])
def test_a_lost_photo_is_left_out_and_counted(archive: Archive, put: Put, tmp_path: Path, damage: bytes | None) -> None:
    entry = put(archive)
    archive.correct(entry.id, "dog")
    assert archive.files
    [path] = archive.files.walk()
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    assert export(archive, tmp_path / "photos") == ArchiveExport({}, several=0, lost=1)


def test_training_photos_are_copies(archive: Archive, put: Put, tmp_path: Path) -> None:
    entry = put(archive)
    archive.correct(entry.id, "cat")
    export(archive, tmp_path / "photos")
    [path] = (tmp_path / "photos" / "cat").iterdir()
    assert path.read_bytes() == archive.photo(entry.id)
    assert os.stat(path).st_nlink == 1


def test_the_zip_holds_the_same_as_the_folder(archive: Archive, put: Put, tmp_path: Path) -> None:
    for seed, label in enumerate(["cat", "dog", "neither", "both"]):
        archive.correct(put(archive, seed).id, label)
    lost = put(archive, 9)
    archive.correct(lost.id, "cat")
    assert archive.files
    archive.files.path(StoredName(str(lost.stored), lost.format)).unlink()
    export(archive, tmp_path / "photos")
    labels = labelled(archive)
    (tmp_path / "photos.zip").write_bytes(b"".join(zipped(archive, labels)))
    with ZipFile(tmp_path / "photos.zip") as zip:
        found = {name: zip.read(name) for name in zip.namelist()}
    paths = [path for path in (tmp_path / "photos").rglob("*") if path.is_file()]
    assert found == {path.relative_to(tmp_path / "photos").as_posix(): path.read_bytes() for path in paths}
    assert labels.several == 1


def test_the_zip_is_not_held_in_memory(archive: Archive, put: Put) -> None:
    for seed in range(5):
        archive.correct(put(archive, seed).id, "cat")
    pieces = [len(piece) for piece in zipped(archive, labelled(archive))]
    assert max(pieces) < sum(pieces) / 3


def test_a_class_that_would_leave_the_folder(archive: Archive, upload: Callable[[int], bytes], tmp_path: Path) -> None:
    scores = {"../outside": 0.9, "dog": 0.1}
    nothing = np.zeros(1, np.float32)
    said = Prediction("../outside", "../outside", scores, "bad-1", nothing, nothing.reshape(1, 1, 1))
    entry = archive.put(archive.strip_metadata(upload(0)), said, width=64, height=48, thumbnail=b"")
    archive.correct(entry.id, "../outside")
    with pytest.raises(BadArchive, match="folder's name"):
        export(archive, tmp_path / "photos")
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "photos").exists()


def test_prepare_takes_it(archive: Archive, tmp_path: Path, prediction: Callable[..., Prediction]) -> None:
    """The whole way: upload, correct, export, prepare."""
    pytest.importorskip("imagehash", reason="preparing data needs the extra train")
    from pawsight.data.prepare import prepare

    picture = pytest.importorskip("PIL.Image")
    for seed in range(40):
        cells = np.random.default_rng(seed).integers(0, 256, (8, 10, 3), dtype=np.uint8)
        path = tmp_path / "photo.png"
        picture.fromarray(cells.repeat(8, axis=0).repeat(8, axis=1)).save(path)
        photo = archive.strip_metadata(path.read_bytes())
        entry = archive.put(photo, prediction(), width=80, height=64, thumbnail=b"")
        archive.correct(entry.id, "dog" if seed % 2 else "cat")
    export(archive, tmp_path / "photos")
    done = prepare(tmp_path / "photos", tmp_path / "set", size=32)
    assert (done.description.classes, done.bad) == (["cat", "dog"], [])
    assert sum(number for split in done.description.counts.values() for number in split.values()) == 40
