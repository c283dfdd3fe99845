from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from pawsight import images
from pawsight.data import duplicates
from pawsight.data.duplicates import group, near_pairs, perceptual_hash
from pawsight.data.sources import open_source
from pawsight.data.thumbnails import THUMBNAIL, thumbnail
from pawsight.types import Pixels

Photo = Callable[..., bytes]


def twins(left: Pixels, right: Pixels) -> bool:
    pair = [left, right]
    hashes = np.array([perceptual_hash(pixels) for pixels in pair], np.uint64)
    return len(near_pairs(hashes, np.stack([thumbnail(pixels) for pixels in pair]))) == 1


@pytest.fixture
def pixels(photo: Photo) -> Pixels:
    return images.decode(photo(7, cell=40, format="PNG"))


@pytest.mark.parametrize("way", ["saved again", "scaled", "squashed", "brighter", "grey", "labelled"])
def test_the_same_picture_is_a_twin(pixels: Pixels, photo: Photo, way: str) -> None:
    image = Image.fromarray(pixels)
    marked = image.copy()
    marked.paste("white", (0, 0, 60, 30))
    ways: dict[str, Any] = {
        "saved again": images.decode(photo(7, cell=40, quality=30)),
        "scaled": image.resize((133, 107)),
        "squashed": image.resize((200, 200)),
        "brighter": ImageEnhance.Brightness(image).enhance(1.1),
        "grey": image.convert("L").convert("RGB"),
        "labelled": marked,
    }
    assert twins(pixels, np.asarray(ways[way]))


def test_different_pictures_are_none(photo: Photo) -> None:
    made = [images.decode(photo(seed)) for seed in range(40)]
    hashes = np.array([perceptual_hash(one) for one in made], np.uint64)
    assert near_pairs(hashes, np.stack([thumbnail(one) for one in made])).shape == (0, 2)


def test_equal_hashes_of_different_pictures_are_weeded_out(photo: Photo) -> None:
    thumbnails = np.stack([thumbnail(images.decode(photo(seed))) for seed in range(2)])
    assert len(near_pairs(np.zeros(2, np.uint64), thumbnails)) == 0
    assert len(near_pairs(np.zeros(2, np.uint64), thumbnails[[0, 0]])) == 1


def test_every_pair_is_found_whatever_the_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2**63, 40, dtype=np.uint64)
    flips = np.bitwise_or.reduce(np.uint64(1) << rng.integers(0, 64, (7, 5, 40), dtype=np.uint64), axis=1)
    hashes = np.concatenate([base, *(base ^ flips)])
    slow = [
        (left, right)
        for left in range(len(hashes))
        for right in range(left + 1, len(hashes))
        if int(hashes[left] ^ hashes[right]).bit_count() <= duplicates.MOST_BITS
    ]
    assert len(slow) > 300
    same = np.zeros((len(hashes), THUMBNAIL, THUMBNAIL), np.uint8)
    for cells in (1, 7 * len(hashes), 10**9):
        monkeypatch.setattr(duplicates, "_CELLS", cells)
        assert sorted(map(tuple, near_pairs(hashes, same).tolist())) == slow


def test_twins_of_twins_share_a_group() -> None:
    none = np.zeros((THUMBNAIL, THUMBNAIL), np.uint8)
    chain = [0, 0xFF, 0xFFFF, 2**64 - 1, 2**64 - 1]
    numbers = group(["a", "b", "c", "d", "d"], chain, [none] * 5).tolist()
    assert numbers[0] == numbers[1] == numbers[2]
    assert numbers[3] == numbers[4]
    assert numbers[0] != numbers[3]


def test_equal_bytes_are_twins_even_if_nothing_else_says_so() -> None:
    thumbnails = list(np.random.default_rng(0).integers(0, 256, (3, 16, 16), dtype=np.uint8))
    numbers = group(["x", "y", "x"], [0, 0, 2**64 - 1], thumbnails).tolist()
    assert numbers[0] == numbers[2] != numbers[1]


def test_nineteen_thousand_photos_take_seconds() -> None:
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**63, 19_000, dtype=np.uint64)
    thumbnails = rng.integers(0, 256, (19_000, 16, 16), dtype=np.uint8)
    start = time.process_time()
    near_pairs(hashes, thumbnails)
    assert time.process_time() - start < 10


def test_real_photos_are_twins_of_their_copies_and_of_nothing_else(shared: Path, picture: Callable[..., bytes]) -> None:
    with open_source(shared / "data" / "kagglecatsanddogs_5340.zip") as source:
        originals = [images.decode(source.read(member)) for member in islice(source.members(), 60)]
    copies = [images.decode(picture(pixels=images.fit(one, 200, "squash"), quality=60)) for one in originals]
    made = [*originals, *copies]
    numbers = group([str(place) for place in range(120)], [*map(perceptual_hash, made)], [*map(thumbnail, made)])
    assert numbers[:60].tolist() == numbers[60:].tolist()
    assert len(set(numbers.tolist())) == 60


def test_without_imagehash_a_line_says_what_to_install() -> None:
    code = (
        "import json, sys; sys.modules['imagehash'] = None\n"
        "import pawsight.data\n"
        "from pawsight.errors import MissingExtra\n"
        "try:\n    from pawsight.data.prepare import prepare\n"
        "except MissingExtra as error:\n    print(json.dumps(str(error)))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "imagehash" in json.loads(done.stdout)
    assert json.loads(done.stdout).endswith('[learn]"')
