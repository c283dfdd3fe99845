"""A run ends with its counts and its failures."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pawsight.batch import summary
from pawsight.batch.run import PhotoResult
from pawsight.batch.summary import Summary
from pawsight.classifier import Prediction
from pawsight.errors import BrokenImage


def result(path: str, verdict: str) -> PhotoResult:
    nothing: Any = None
    return PhotoResult(path, Prediction("cat", verdict, {"cat": 1.0}, "tiny-1", nothing, nothing))


@pytest.fixture
def counted() -> Summary:
    made = Summary(["cat", "dog"])
    for one in (result("a.jpg", "cat"), result("b.NEF", "cat"), result("c.mp4", "unsure")):
        made.add(one)
    made.add(PhotoResult("tab\tand\nline.jpg", error=BrokenImage("It is broken.", "Copy it.")))
    return made


def test_what_others_counted_is_added(counted: Summary) -> None:
    whole = Summary(["cat", "dog"])
    whole.merge(counted)
    assert list(whole.lines(2.0)) == list(counted.lines(2.0))
    whole.merge(counted)
    assert (whole.photos, whole.failed, whole.counts()["cat"]) == (8, 2, 4)


def test_the_lines(counted: Summary) -> None:
    assert list(counted.lines(2.0)) == [
        "Failed:",
        "  tab\\tand\\nline.jpg: It is broken. Copy it.",
        "1 camera RAW file classified by the embedded JPEG preview.",
        "1 video classified by 8 frames each.",
        "cat 2, dog 0, both 0, neither 0, unsure 1, failed 1",
        "4 photos, 1 failed, 2 photos/s.",
    ]


def test_for_programs(counted: Summary) -> None:
    verdicts = {"cat": 2, "dog": 0, "both": 0, "neither": 0, "unsure": 1, "failed": 1}
    assert json.loads(counted.machine_readable("jsonl")) == {"photos": 4, "verdicts": verdicts}
    assert counted.machine_readable("csv").splitlines()[:2] == ["verdict,photos", "cat,2"]


def test_a_million_failures_take_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "SHOWN", 2)
    made = Summary(["cat"])
    for number in range(5):
        made.add(PhotoResult(f"{number}.jpg", error=BrokenImage("It is broken.")))
    assert "  and 3 more" in list(made.lines(1.0))
