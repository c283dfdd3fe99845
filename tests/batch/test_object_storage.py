"""Photos by address: found and read as in a folder, and named where they cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.batch.find import ENDINGS, find
from pawsight.batch.object_storage import is_address, read
from pawsight.batch.run import classify
from pawsight.classifier import Classifier
from pawsight.errors import EmptyFile, PayloadTooLarge, UnreadableFile
from pawsight.types import Limits

fsspec = pytest.importorskip("fsspec", reason="addresses need the extra ray")


@pytest.fixture
def bucket(photos: Path) -> str:
    """The photos in a storage that is no folder."""
    storage: Any = fsspec.filesystem("memory")
    storage.store.clear()
    for path in photos.iterdir():
        storage.pipe(f"/shelter/deep/{path.name}", path.read_bytes())
    storage.pipe("/shelter/notes.txt", b"no photo")
    storage.pipe("/shelter/empty.jpg", b"")
    return "memory://shelter"


def test_what_is_an_address() -> None:
    assert is_address("s3://shelter/photos")
    assert not any(map(is_address, ["photos", "C:\\photos", "./a://b", "-"]))


def test_folders_globs_and_single_photos_are_found(bucket: str, photos: Path) -> None:
    names = sorted(path.name for path in photos.iterdir())
    assert [path.rpartition("/")[2] for path in find([bucket])] == [*names, "empty.jpg"]
    assert [path.rpartition("/")[2] for path in find([f"{bucket}/deep/*t.jpg"])] == ["cat.jpg"]
    assert all(path.lower().endswith(ENDINGS) for path in find([bucket]))


def test_they_are_answered_as_files_are(bucket: str, photos: Path, classifier: Classifier) -> None:
    answers = {one.path.rpartition("/")[2]: one for one in classify(classifier, find([bucket]), workers=2)}
    empty = answers.pop("empty.jpg").error
    assert isinstance(empty, EmptyFile)
    for name, one in answers.items():
        assert one.prediction == classifier.predict([photos / name])[0]


def test_what_cannot_be_read_is_named(bucket: str, picture: Callable[..., bytes]) -> None:
    with pytest.raises(UnreadableFile, match=r"nobody\.jpg"):
        read(f"{bucket}/nobody.jpg", Limits())
    with pytest.raises(PayloadTooLarge):
        read(f"{bucket}/deep/cat.jpg", Limits(bytes=10))
    with pytest.raises(UnreadableFile, match="'nowhere://x'"):
        find(["nowhere://x"])
