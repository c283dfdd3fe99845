"""What is foretold is there: confusions, wrong labels, twins, broken files, and how many photos are missing."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pawsight.data.scan import Photo
from pawsight.foretold import MOST
from pawsight.learn import Forecast, forecast
from pawsight.learn.album import Album
from pawsight.learn.curve import learning_curve
from pawsight.learn.fates import TARGET
from pawsight.learn.forecast import make_forecast
from pawsight.learn.words import tell
from pawsight.types import unwatched

MakePhotos = Callable[..., Path]


def test_faults_are_named(flowers: Path, tiny_model: Path) -> None:
    (flowers / "rose" / "3.png").rename(flowers / "iris" / "misfiled.png")
    (flowers / "leaf" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    shutil.copy(flowers / "leaf" / "0.png", flowers / "leaf" / "copy.png")
    told = forecast(flowers, base=tiny_model)
    assert [(one.path, one.label, one.suggested) for one in told.suspects] == [
        ("flowers/iris/misfiled.png", "iris", "rose")
    ]
    assert told.suspects[0].score > 0.5
    assert [bad.path for bad in told.bad] == ["flowers/leaf/broken.jpg"]
    assert told.twins == [["flowers/leaf/0.png", "flowers/leaf/copy.png"]]
    assert [(one.true, one.told, one.photos, one.of) for one in told.confusions] == [("iris", "rose", 1, 21)]
    assert {name: one.photos for name, one in told.classes.items()} == {"iris": 21, "leaf": 22, "rose": 19}
    assert told.neither == 20
    text = tell(told)
    assert "No folder is called neither" not in text
    for words in (
        "Looked at all 82 files: 3 classes, and 20 files of neither.",
        "iris taken for rose: 1 of 21",
        "flowers/iris/misfiled.png: looks like rose",
        "flowers/leaf/broken.jpg: Expected a whole JPEG",
        "flowers/leaf/0.png = flowers/leaf/copy.png",
    ):
        assert words in text


def test_a_photo_of_neither_that_looks_like_a_class(flowers: Path, tiny_model: Path) -> None:
    (flowers / "rose" / "3.png").rename(flowers / "neither" / "misfiled.png")
    told = forecast(flowers, base=tiny_model)
    assert [(one.label, one.suggested) for one in told.suspects] == [("neither", "rose")]
    assert ("neither", "rose", 1) in [(one.true, one.told, one.photos) for one in told.confusions]


def clouds(distance: float, number: int, dimensions: int = 40) -> Album:
    """Two classes of made-up features, `distance` apart."""
    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, (2 * number, dimensions)).astype(np.float32)
    features[number:, 0] += distance
    thumbnails = rng.integers(0, 256, (2 * number, 16, 16), dtype=np.uint8)
    hashes = rng.integers(0, 2**63, 2 * number).tolist()
    labels = ["cat"] * number + ["dog"] * number
    photos = [
        Photo(f"{place}.jpg", label, f"{place:064x}", hashes[place], 9, 9, thumbnails[place])
        for place, label in enumerate(labels)
    ]
    return Album(photos, features, [], seconds=1.0)


def test_classes_that_need_more_photos_are_told_how_many() -> None:
    """With four times the photos most of the errors that few photos cause are gone; the truth is measured."""
    few = clouds(3.2, 40)
    told = foretell(few, {"cat": 40, "dog": 40})
    more = told.classes["cat"].more or told.classes["dog"].more
    assert more is not None
    assert 0 <= more.low <= more.middle <= more.high
    many = clouds(3.2, 40 + min(2000, int(more.high)))
    curve = learning_curve(many, 0, unwatched)
    assert sum(missed[-1] for missed in curve.missed.values()) / len(many.photos) < 1.5 * TARGET


def test_classes_that_look_the_same_are_told_so() -> None:
    told = foretell(clouds(0.0, 60), {"cat": 60, "dog": 60})
    assert told.accuracy.high < 0.7
    more = told.classes["cat"].more
    assert more is not None
    assert more.middle > MOST
    assert "more photos alone will not bring" in tell(told)


def test_a_part_foretells_the_whole() -> None:
    """From 60 photos of a class, what 600 will give: right for at least four classes in five."""
    right = []
    for distance in (2.0, 3.0, 4.0):
        whole = clouds(distance, 600)
        curve = learning_curve(whole, 0, unwatched)
        for seed in range(2):
            chosen = np.random.default_rng(seed).permutation(600)[:60]
            part = [*chosen, *(600 + chosen)]
            album = Album([whole.photos[place] for place in part], whole.features[part], [], seconds=1.0)
            for name, one in foretell(album, {"cat": 600, "dog": 600}).classes.items():
                right.append(one.found.low <= 1 - curve.missed[name][-1] / 600 <= one.found.high)
    assert len(right) == 12
    assert np.mean(right) >= 0.8


def foretell(album: Album, counts: dict[str, int]) -> Forecast:
    return make_forecast(album, learning_curve(album, 0, unwatched), Counter(counts), 0)
