from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pawsight.batch.bursts import PhotoFingerprint, taken, thumbnail
from pawsight.batch.decisions import decide_each, decide_together
from pawsight.batch.files import fingerprint
from pawsight.classifier import Classifier, Prediction
from pawsight.model.card import Thresholds

THRESHOLDS = Thresholds(0.3, 0.7)


def prediction(cat: float, dog: float = 0.0) -> Prediction:
    empty = np.empty(0, np.float32)
    return Prediction("cat", "", {"cat": cat, "dog": dog}, "m", empty, empty)


def photos(count: int, sha256: str = "same") -> list[PhotoFingerprint]:
    return [PhotoFingerprint(f"{n}.jpg", sha256, np.zeros((32, 32), np.uint8), None) for n in range(count)]


def test_one_moment_one_answer() -> None:
    decisions = decide_together(photos(3), [prediction(0.9), prediction(0.6), prediction(0.8)], THRESHOLDS)
    assert [(one.verdict, one.group) for one in decisions] == [("cat", 1)] * 3
    assert decisions[0].scores["cat"] == pytest.approx(0.766667)


def test_where_members_disagree_with_confidence_each_keeps_its_own() -> None:
    decisions = decide_together(photos(3), [prediction(0.98), prediction(0.1), prediction(0.5)], THRESHOLDS)
    assert [(one.verdict, one.group) for one in decisions] == [("cat", 0), ("neither", 0), ("unsure", 0)]


def test_by_itself() -> None:
    decisions = decide_each([prediction(0.9), prediction(0.5)], THRESHOLDS)
    assert [(one.verdict, one.group) for one in decisions] == [("cat", 0), ("unsure", 0)]


def test_the_cat_of_a_fixed_camera_is_found(shared: Path) -> None:
    """Five photos of one camera, an hour apart, a cat on the third: its empty neighbors do not outvote it."""
    paths = sorted((shared / "cases" / "fixed-camera").glob("*.jpg"))
    classifier = Classifier.load("default")
    looks = [
        PhotoFingerprint(str(path), fingerprint(path), thumbnail(classifier.decode(path)), taken(path))
        for path in paths
    ]
    decisions = decide_together(looks, classifier.predict(paths), classifier.card.thresholds)
    assert [one.verdict for one in decisions] == ["neither", "neither", "cat", "neither", "neither"]
