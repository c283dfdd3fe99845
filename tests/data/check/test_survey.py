from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data.check import survey as module
from pawsight.data.check.survey import describe, examine_here, survey
from pawsight.types import Pixels


def plain(*colour: int) -> Pixels:
    return np.full((1, 32, 32, 3), colour, np.uint8)


@pytest.mark.parametrize(
    ("colour", "numbers"),
    [
        ((0, 0, 0), (0, 0, 0, 0, 0, 0)),
        ((255, 255, 255), (1, 0, 0, 1, 1, 0)),
        ((255, 0, 0), (0.299, 0, 1, 0.299, 0.299, 0)),
    ],
)
def test_plain_colours_have_known_numbers(colour: tuple[int, int, int], numbers: tuple[float, ...]) -> None:
    assert describe(plain(*colour))[0] == pytest.approx(numbers, abs=1e-5)


def test_blur_lowers_sharpness_and_a_light_spot_is_no_light() -> None:
    grain = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3), dtype=np.uint8)
    smooth = grain.reshape(1, 8, 4, 8, 4, 3).mean(axis=(2, 4)).astype(np.uint8).repeat(4, axis=1).repeat(4, axis=2)
    assert describe(smooth)[0, 5] < describe(grain)[0, 5] / 10
    spot = plain(10, 10, 10).copy()
    spot[0, 0, 0] = 255
    assert describe(spot)[0, 3] == pytest.approx(10 / 255, abs=1e-3)


def test_photos_keep_their_order_over_batches(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 4)
    levels = np.arange(0, 220, 20, dtype=np.uint8)
    photos = np.broadcast_to(levels[:, None, None, None], (11, 32, 32, 3)).copy()
    asked: list[int] = []

    def watch(parts, total):  # type: ignore[no-untyped-def]
        asked.append(total)
        return parts

    seen = survey(photos, partial(examine_here, classifier.session, 32), watch)
    assert asked == [3]
    assert seen.brightness == pytest.approx(levels / 255, abs=1e-4)
    assert seen.features[:, 0] == pytest.approx(levels / 255, abs=1e-4)


def test_photos_of_another_size_are_resized(classifier: Classifier) -> None:
    seen = survey(np.full((3, 48, 48, 3), 51, np.uint8), partial(examine_here, classifier.session, 32))
    assert seen.features == pytest.approx(0.2, abs=1e-3)
