from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from pawsight.batch.bursts import Looked, Taken, taken, together
from pawsight.data.looks import thumbnail
from pawsight.types import Pixels

Picture = Callable[..., bytes]


def scene(seed: int, noise: int = 0) -> Pixels:
    """A picture of soft shapes; the same seed with other noise is the same picture, saved again."""
    shapes = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    pixels = np.asarray(Image.fromarray(shapes).resize((64, 64), Image.Resampling.NEAREST)).astype(np.int16)
    grain = np.random.default_rng(noise).integers(-noise, noise + 1, pixels.shape)
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


def looked(path: str, pixels: Pixels, sha256: str = "", moment: Taken | None = None) -> Looked:
    return Looked(path, sha256 or path, thumbnail(pixels), moment)


def test_the_same_bytes_wherever_they_stand() -> None:
    photos = [looked("a/1.jpg", scene(1), "x"), looked("a/2.jpg", scene(2), "y"), looked("b/9.jpg", scene(1), "x")]
    assert together(photos) == [[0, 2], [1]]


def test_neighbours_that_look_the_same() -> None:
    photos = [looked("a/1.jpg", scene(1)), looked("a/2.jpg", scene(1, noise=20)), looked("b/1.jpg", scene(1, noise=9))]
    assert together(photos) == [[0, 1], [2]]


@pytest.mark.parametrize(
    ("moment", "groups"),
    [
        (Taken("Nikon D90", 101.5), [[0, 1]]),
        (Taken("Nikon D90", 103.0), [[0], [1]]),
        (Taken("Canon 5D", 100.5), [[0], [1]]),
        (None, [[0], [1]]),
    ],
)
def test_shots_of_one_moment(moment: Taken | None, groups: list[list[int]]) -> None:
    half = scene(1).copy()
    half[:24] = scene(2)[:24]  # moved, as a pet does
    first = Taken("Nikon D90", 100.0)
    assert together([looked("a/1.jpg", scene(1), moment=first), looked("a/7.jpg", half, moment=moment)]) == groups


def test_one_date_in_every_photo_is_no_burst() -> None:
    same = Taken("Scanner", 0.0)
    assert len(together([looked(f"{seed}.jpg", scene(seed), moment=same) for seed in range(20)])) == 20


def test_empty_pictures_are_not_one() -> None:
    grey = [np.full((64, 64, 3), level, np.uint8) for level in (10, 120, 240)]
    assert together([looked(f"{number}.jpg", pixels) for number, pixels in enumerate(grey)]) == [[0], [1], [2]]


def test_a_chain_is_one_group() -> None:
    photos = [looked(f"{n}.jpg", scene(1, noise=n), moment=Taken("x", n * 1.5)) for n in range(12)]
    assert together(photos[::-1]) == [list(range(12))]


def test_nothing_is_nothing() -> None:
    assert together([]) == []


def with_exif(**details: Any) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "NIKON", "D90"
    exif.get_ifd(ExifTags.IFD.Exif).update({getattr(ExifTags.Base, name): value for name, value in details.items()})
    buffer = BytesIO()
    Image.fromarray(scene(1)).save(buffer, "JPEG", exif=exif.tobytes())
    return buffer.getvalue()


def test_camera_and_time_of_a_photo() -> None:
    whole = taken(with_exif(DateTimeOriginal="2024:05:01 10:00:01"))
    later = taken(with_exif(DateTimeOriginal="2024:05:01 10:00:01", SubsecTimeOriginal="25"))
    assert whole is not None
    assert later is not None
    assert (whole.camera, later.seconds - whole.seconds) == ("NIKON D90", 0.25)


@pytest.mark.parametrize(
    "data", [b"", b"no photo", with_exif(), with_exif(DateTimeOriginal="yesterday"), with_exif(DateTimeOriginal="\0")]
)
def test_photos_that_do_not_say(data: bytes) -> None:
    assert taken(data) is None
