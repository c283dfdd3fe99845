from __future__ import annotations

import time

import numpy as np
import pytest

from pawsight.batch.bursts import Capture, PhotoFingerprint
from pawsight.batch.classified import ClassifiedPhoto
from pawsight.batch.watch.visits import MOST_FRAMES, Visit, Visits, classify_visit, pool
from pawsight.classifier import Prediction
from pawsight.model.card import Thresholds


def frame(name: str, seconds: float, cat: float = 0.9, camera: str = "Flap") -> ClassifiedPhoto:
    empty = np.empty(0, np.float32)
    look = PhotoFingerprint(name, name, np.zeros((32, 32), np.uint8), Capture(camera, seconds))
    return ClassifiedPhoto(look, 1, time.time_ns(), Prediction("cat", "", {"cat": cat, "dog": 0.0}, "m", empty, empty))


def names(visits: list[Visit]) -> list[list[str]]:
    return [[one.path for one in visit.frames] for visit in visits]


def test_frames_of_one_camera_within_the_gap_are_one_visit() -> None:
    visits = Visits(gap=5)
    for one in (frame("a/1", 0), frame("a/2", 4), frame("b/1", 4), frame("a/3", 8), frame("a/4", 60)):
        visits.add(one)
    assert names(visits.ended()) == [["a/1", "a/2", "a/3"]]
    assert names(visits.ended(everything=True)) == [["a/4"], ["b/1"]]
    assert visits.ended(everything=True) == []


def test_a_visit_has_an_end() -> None:
    visits = Visits(gap=1000)
    for number in range(MOST_FRAMES + 1):
        visits.add(frame(f"a/{number}", number))
    assert [len(visit.frames) for visit in visits.ended()] == [MOST_FRAMES]


def test_frames_are_evidence_together() -> None:
    def scores(*cats: float) -> float:
        return pool([{"cat": cat} for cat in cats])["cat"]

    assert scores(0.9) == 0.9
    assert scores(0.9, 0.1) == pytest.approx(0.5)  # one of two frames is no proof
    assert scores(0.95, 0.99, 0.0, 0.0, 0.0) == pytest.approx(0.97)  # it walked through the picture
    assert scores(0.99, *[0.01] * 9) < 0.3  # a single frame of ten is a slip


def test_one_answer_for_a_visit() -> None:
    visit = Visit([frame("a/1", 0, 0.98), frame("a/2", 1, 0.96), frame("a/3", 2, 0.01)])
    answer = classify_visit(visit, Thresholds(0.3, 0.7))
    assert (answer.verdict, answer.frames, answer.model) == ("cat", 3, "m")
    assert answer.to_dict()["photos"][0].endswith("a/1")
    assert visit.age < 60
