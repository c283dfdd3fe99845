from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from pawsight.batch.bursts import Capture, PhotoFingerprint, taken, thumbnail, together
from pawsight.types import Pixels

Picture = Callable[..., bytes]


def scene(seed: int, noise: int = 0) -> Pixels:
    """A picture of soft shapes; the same seed with other noise is the same picture, saved again."""
    shapes = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    pixels = np.asarray(Image.fromarray(shapes).resize((64, 64), Image.Resampling.NEAREST)).astype(np.int16)
    grain = np.random.default_rng(noise).integers(-noise, noise + 1, pixels.shape)
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


def looked(path: str, pixels: Pixels, sha256: str = "", moment: Capture | None = None) -> PhotoFingerprint:
    return PhotoFingerprint(path, sha256 or path, thumbnail(pixels), moment)


def test_the_same_bytes_wherever_they_stand() -> None:
    photos = [looked("a/1.jpg", scene(1), "x"), looked("a/2.jpg", scene(2), "y"), looked("b/9.jpg", scene(1), "x")]
    assert together(photos) == [[0, 2], [1]]


def test_neighbours_that_look_the_same() -> None:
    photos = [looked("a/1.jpg", scene(1)), looked("a/2.jpg", scene(1, noise=20)), looked("b/1.jpg", scene(1, noise=9))]
    assert together(photos) == [[0, 1], [2]]


@pytest.mark.parametrize(
    ("moment", "groups"),
    [
        (Capture("Nikon D90", 101.5), [[0, 1]]),
        (Capture("Nikon D90", 103.0), [[0], [1]]),
        (Capture("Canon 5D", 100.5), [[0], [1]]),
        (None, [[0], [1]]),
    ],
)
def test_shots_of_one_moment(moment: Capture | None, groups: list[list[int]]) -> None:
    half = scene(1).copy()
    half[:24] = scene(2)[:24]  # moved, as a pet does
    first = Capture("Nikon D90", 100.0)
    assert together([looked("a/1.jpg", scene(1), moment=first), looked("a/7.jpg", half, moment=moment)]) == groups


def test_one_date_in_every_photo_is_no_burst() -> None:
    same = Capture("Scanner", 0.0)
    assert len(together([looked(f"{seed}.jpg", scene(seed), moment=same) for seed in range(20)])) == 20


def test_empty_pictures_are_not_one() -> None:
    grey = [np.full((64, 64, 3), level, np.uint8) for level in (10, 120, 240)]
    assert together([looked(f"{number}.jpg", pixels) for number, pixels in enumerate(grey)]) == [[0], [1], [2]]


def test_a_long_series_is_several_bursts() -> None:
    photos = [looked(f"{n:02}.jpg", scene(1, noise=n), moment=Capture("x", n * 1.5)) for n in range(12)]
    assert together(photos) == [list(range(7)), list(range(7, 12))]
    assert together(photos[::-1]) == [list(range(5)), list(range(5, 12))]


def test_a_chain_does_not_join_what_is_not_alike() -> None:
    """From one scene to another in ten steps: each like the next, the last not like the first."""
    steps = [(scene(1) * (1 - n / 10) + scene(2) * (n / 10)).astype(np.uint8) for n in range(11)]
    photos = [looked(f"{n:02}.jpg", pixels, moment=Capture("x", n * 0.5)) for n, pixels in enumerate(steps)]
    groups = together(photos)
    assert len(groups) > 1
    assert not any({0, 10} <= set(group) for group in groups)


def test_a_fixed_camera_an_hour_apart_is_no_burst() -> None:
    photos = [looked(f"cam_{n}.jpg", scene(1, noise=2), moment=Capture("Trap", n * 3600.0)) for n in range(5)]
    assert together(photos) == [[n] for n in range(5)]


def test_a_small_animal_in_a_picture_without_a_date_is_no_copy() -> None:
    with_animal = scene(1).copy()
    with_animal[40:46, 20:26] = 255 - with_animal[40:46, 20:26]
    assert together([looked("a/1.jpg", scene(1)), looked("a/2.jpg", with_animal)]) == [[0], [1]]


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
    whole = taken(BytesIO(with_exif(DateTimeOriginal="2024:05:01 10:00:01")))
    later = taken(BytesIO(with_exif(DateTimeOriginal="2024:05:01 10:00:01", SubsecTimeOriginal="25")))
    assert whole is not None
    assert later is not None
    assert (whole.camera, later.seconds - whole.seconds) == ("NIKON D90", 0.25)


@pytest.mark.parametrize(
    "data", [b"", b"no photo", with_exif(), with_exif(DateTimeOriginal="yesterday"), with_exif(DateTimeOriginal="\0")]
)
def test_photos_that_do_not_say(data: bytes) -> None:
    assert taken(BytesIO(data)) is None
