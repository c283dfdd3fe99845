"""What the forecast names is there: confusions, wrong labels, twins, broken files, and how many photos are missing."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pawsight.data.scan import ScannedPhoto
from pawsight.learn import Forecast, forecast
from pawsight.learn.curve import learning_curve
from pawsight.learn.error_projection import TARGET
from pawsight.learn.forecast import make_forecast
from pawsight.learn.outliers import no_outliers
from pawsight.learn.photos import LabeledPhotos
from pawsight.learn.report import describe_forecast
from pawsight.model.forecast import MOST
from pawsight.types import no_progress

MakePhotos = Callable[..., Path]


def test_faults_are_named(flowers: Path, tiny_model: Path) -> None:
    (flowers / "rose" / "3.png").rename(flowers / "iris" / "misfiled.png")
    (flowers / "leaf" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    shutil.copy(flowers / "leaf" / "0.png", flowers / "leaf" / "copy.png")
    made = forecast(flowers, base=tiny_model)
    assert [(one.path, one.label, one.suggested) for one in made.suspects] == [
        ("flowers/iris/misfiled.png", "iris", "rose")
    ]
    assert made.suspects[0].score > 0.5
    assert [bad.path for bad in made.bad] == ["flowers/leaf/broken.jpg"]
    assert made.twins == [["flowers/leaf/0.png", "flowers/leaf/copy.png"]]
    assert [(one.true, one.predicted, one.photos, one.of) for one in made.confusions] == [("iris", "rose", 1, 21)]
    assert {name: one.photos for name, one in made.classes.items()} == {"iris": 21, "leaf": 22, "rose": 19}
    assert made.neither == 20
    text = describe_forecast(made)
    assert "No folder is called neither" not in text
    for words in (
        "Looked at all 82 files: 3 classes, and 20 files of neither.",
        "iris taken for rose: 1 of 21",
        "flowers/iris/misfiled.png: looks like rose",
        "flowers/leaf/broken.jpg: The JPEG file is damaged",
        "flowers/leaf/0.png = flowers/leaf/copy.png",
    ):
        assert words in text


def test_a_photo_of_neither_that_looks_like_a_class(flowers: Path, tiny_model: Path) -> None:
    (flowers / "rose" / "3.png").rename(flowers / "neither" / "misfiled.png")
    made = forecast(flowers, base=tiny_model)
    assert [(one.label, one.suggested) for one in made.suspects] == [("neither", "rose")]
    assert ("neither", "rose", 1) in [(one.true, one.predicted, one.photos) for one in made.confusions]


def clouds(distance: float, number: int, dimensions: int = 40) -> LabeledPhotos:
    """Two classes of made-up features, `distance` apart."""
    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, (2 * number, dimensions)).astype(np.float32)
    features[number:, 0] += distance
    thumbnails = rng.integers(0, 256, (2 * number, 16, 16), dtype=np.uint8)
    hashes = rng.integers(0, 2**63, 2 * number).tolist()
    labels = ["cat"] * number + ["dog"] * number
    photos = [
        ScannedPhoto(f"{place}.jpg", label, f"{place:064x}", hashes[place], 9, 9, thumbnails[place])
        for place, label in enumerate(labels)
    ]
    return LabeledPhotos(photos, features, [], len(photos), 1.0, no_outliers(dimensions))


def test_classes_that_need_more_photos_say_how_many() -> None:
    """With four times the photos most of the errors that few photos cause are gone; the truth is measured."""
    few = clouds(3.2, 40)
    made = forecast_of(few, {"cat": 40, "dog": 40})
    more = made.classes["cat"].more or made.classes["dog"].more
    assert more is not None
    assert 0 <= more.low <= more.middle <= more.high
    many = clouds(3.2, 40 + min(2000, int(more.high)))
    curve = learning_curve(many, 0, no_progress)
    assert sum(missed[-1] for missed in curve.missed.values()) / len(many.photos) < 1.5 * TARGET


def test_classes_that_look_the_same_are_reported() -> None:
    made = forecast_of(clouds(0.0, 60), {"cat": 60, "dog": 60})
    assert made.accuracy.high < 0.7
    more = made.classes["cat"].more
    assert more is not None
    assert more.middle > MOST
    assert "more photos alone will not bring" in describe_forecast(made)


def test_a_part_predicts_the_whole() -> None:
    """From 60 photos of a class, what 600 will give: right for at least four classes in five."""
    right = []
    for distance in (2.0, 3.0, 4.0):
        whole = clouds(distance, 600)
        curve = learning_curve(whole, 0, no_progress)
        for seed in range(2):
            chosen = np.random.default_rng(seed).permutation(600)[:60]
            part = [*chosen, *(600 + chosen)]
            labeled = LabeledPhotos(
                [whole.photos[place] for place in part], whole.features[part], [], len(part), 1.0, whole.outliers
            )
            for name, one in forecast_of(labeled, {"cat": 600, "dog": 600}).classes.items():
                right.append(one.found.low <= 1 - curve.missed[name][-1] / 600 <= one.found.high)
    assert len(right) == 12
    assert np.mean(right) >= 0.8


def forecast_of(labeled: LabeledPhotos, counts: dict[str, int]) -> Forecast:
    return make_forecast(labeled, learning_curve(labeled, 0, no_progress), Counter(counts), 0)
