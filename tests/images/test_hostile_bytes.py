"""Files made to do harm, cut off or damaged: a right refusal or right pixels, never another exception."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight import images
from pawsight.errors import EmptyFile, ImageError, PayloadTooLarge, UnsupportedFormat
from pawsight.types import Pixels

STATUS: dict[type[ImageError], int] = {EmptyFile: 400, UnsupportedFormat: 415, PayloadTooLarge: 413}  # others: 422


def status_and_code(data: bytes, least: int | None) -> tuple[int, str]:
    try:
        images.decode(data, least=least)
    except ImageError as error:
        return STATUS.get(type(error), 422), error.code
    return 200, ""


def expected(shared: Path) -> list[dict[str, str]]:
    with (shared / "hostile" / "expected.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("filtered", ["error", "ignore"])
@pytest.mark.parametrize("least", [None, 224])
def test_each_hostile_file_gives_what_it_must(shared: Path, least: int | None, filtered: Any) -> None:
    wrong, rows = [], expected(shared)
    for row in rows:
        with warnings.catch_warnings():
            warnings.simplefilter(filtered)  # whether warnings are errors must not change an answer
            status, code = status_and_code((shared / "hostile" / row["file"]).read_bytes(), least)
        if str(status) not in row["status"].split("|") or row["code"] not in ("", code):
            wrong.append(f"{row['file']}: expected {row['status']} {row['code']}, received {status} {code}")
    assert len(rows) == 131
    assert not wrong, "\n".join(wrong)


def test_hopper_looks_the_same_however_it_was_stored(shared: Path) -> None:
    def thumbnail(name: str) -> Pixels:
        return images.fit(images.decode((shared / "hostile" / name).read_bytes()), 32, "squash")

    upright = thumbnail("Pillow__hopper.jpg").astype(int)
    for row in expected(shared):
        if "same answer as hopper" in row["note"]:
            assert np.abs(thumbnail(row["file"]) - upright).mean() < 3, row["file"]


def refused_or_unharmed(data: bytes, whole: Pixels) -> bool:
    try:
        return np.array_equal(images.decode(data), whole)
    except ImageError:
        return True


def cuts(length: int) -> set[int]:
    return {length * part // 24 for part in range(1, 24)} | {length - end for end in (1, 2, 3, 8, 12, 16)}


def test_good_samples_cut_off_are_refused(shared: Path) -> None:
    """A cut file is refused, or nothing that is shown was cut: only later frames and end markers may be gone."""
    good = [row["file"] for row in expected(shared) if row["status"] == "200"]
    for name in good:
        data = (shared / "hostile" / name).read_bytes()
        whole = images.decode(data)
        for cut in cuts(len(data)):
            assert refused_or_unharmed(data[: max(cut, 0)], whole), f"{name} cut to {cut} of {len(data)} bytes"
    assert len(good) > 60


SAMPLES: dict[str, dict[str, Any]] = {
    "jpeg": {"format": "JPEG", "quality": 80},
    "progressive": {"format": "JPEG", "progressive": True},
    "turned": {"format": "JPEG", "orientation": 6},
    "png": {"format": "PNG"},
    "palette": {"format": "PNG", "mode": "P"},
    "webp": {"format": "WEBP"},
    "lossless": {"format": "WEBP", "lossless": True},
    "gif": {"format": "GIF"},
    "avif": {"format": "AVIF", "speed": 10},
    "bmp": {"format": "BMP"},
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("least", [None, 16])
def test_nine_tenths_of_a_photo_are_no_photo(picture: Any, name: str, least: int | None) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (75, 100, 3), dtype=np.uint8)
    data = picture(pixels=noise, **SAMPLES[name])
    for part in range(1, 40):
        with pytest.raises(ImageError):
            images.decode(data[: len(data) * part // 44], least=least)
