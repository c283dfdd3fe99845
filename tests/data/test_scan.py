from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pawsight import images
from pawsight.data import scan
from pawsight.data.layout import SourceFile, list_outliers
from pawsight.data.scan import open_file
from pawsight.data.sources import open_source
from pawsight.errors import UnreadableFile
from pawsight.types import Pixels, RejectedFile

Photo = Callable[..., bytes]


def file(data: bytes, label: str | None = "cat", clutter: bool = False) -> SourceFile:
    return SourceFile("in/cat/1.jpg", label, clutter, lambda: data)


def good(one: SourceFile, size: int = 32) -> tuple[scan.ScannedPhoto, Pixels]:
    opened = open_file(one, size, "squash")
    assert not isinstance(opened, RejectedFile), opened
    return opened


def test_a_good_photo(photo: Photo) -> None:
    data = photo(1)
    found, pixels = good(file(data))
    assert (found.path, found.label, found.width, found.height) == ("in/cat/1.jpg", "cat", 120, 96)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert 0 < found.phash < 2**64
    assert pixels.shape == (32, 32, 3)


def test_pixels_are_those_that_serving_sees(photo: Photo) -> None:
    data = photo(1, cell=60)
    served = images.fit(images.decode(data, least=32), 32, "squash")
    np.testing.assert_array_equal(good(file(data))[1], served)


def test_the_size_is_the_stored_one_however_small_it_was_decoded(photo: Photo) -> None:
    found, _ = good(file(photo(1, cell=100, orientation=6)))
    assert (found.width, found.height) == (1000, 800)


def test_no_jfif_header_is_no_fault(photo: Photo) -> None:
    data = photo(1)
    length = int.from_bytes(data[4:6], "big")
    assert data[6:10] == b"JFIF"
    good(file(data[:2] + data[4 + length :]))


def refuse() -> bytes:
    raise UnreadableFile("Expected a photo, but the disk is on fire.", "Run.")


@pytest.mark.parametrize(
    ("one", "code", "words"),
    [
        (file(b""), "empty_file", "empty"),
        (file(b"some text"), "unsupported_format", "text"),
        (file(b"\xff\xd8\xff\xe0 cut off"), "broken_image", "damaged or cut off"),
        (file(b"x", clutter=True), "unsupported_format", "hidden"),
        (SourceFile("in/1.jpg", "cat", False, refuse), "unreadable_file", "on fire"),
    ],
)
def test_bad_files_come_back_with_code_and_reason(one: SourceFile, code: str, words: str) -> None:
    bad = open_file(one, 32, "squash")
    assert isinstance(bad, RejectedFile)
    assert (bad.path, bad.code) == (one.path, code)
    assert words in bad.reason


def test_a_good_photo_of_no_class_is_said_to_be_good(photo: Photo) -> None:
    bad = open_file(file(photo(1), label=None), 32, "squash")
    assert isinstance(bad, RejectedFile)
    assert bad.code == "bad_data"
    assert "nothing tells its class" in bad.reason


def test_a_heavy_photo_may_train_though_it_could_not_be_uploaded(photo: Photo) -> None:
    heavy = file(photo(1) + bytes(11_000_000))
    kept, _ = good(heavy)
    assert kept.path == heavy.path


def test_order_and_a_bounded_window(photo: Photo) -> None:
    taken = 0
    data = photo(1)

    def files() -> Iterator[SourceFile]:
        nonlocal taken
        for number in range(10 * scan.WINDOW):
            taken += 1
            yield SourceFile(str(number), "cat", False, (lambda: b"") if number % 3 else (lambda: data))

    seen = []
    opened = scan.scan(files(), 32, "squash")
    for one in opened:
        seen.append(one.path if isinstance(one, RejectedFile) else one[0].path)
        assert taken <= len(seen) + scan.WINDOW
    assert seen == [str(number) for number in range(10 * scan.WINDOW)]


def test_closing_early_stops_the_threads(photo: Photo) -> None:
    data = photo(1)
    opened = scan.scan((file(data) for _ in range(10**6)), 32, "squash")
    next(opened)
    opened.close()
    with pytest.raises(StopIteration):
        next(opened)


@pytest.mark.long
def test_the_hostile_files(shared: Path) -> None:
    """Each is a photo or a bad file; none ends the run."""
    with open_source(shared / "hostile") as source:
        opened = list(scan.scan(list_outliers(source, "hostile", ()), 32, "pad"))
    codes = {one.code for one in opened if isinstance(one, RejectedFile)}
    assert {"empty_file"} | codes >= {"broken_image", "image_too_large", "unsupported_format"}
    assert len(opened) > 130
