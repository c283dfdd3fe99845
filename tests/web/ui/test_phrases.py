"""Answers in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pawsight.classifier import Prediction
from pawsight.model.card import Thresholds
from pawsight.model.decision import decide
from pawsight.settings import Settings
from pawsight.web.ui import phrases

THRESHOLDS = Thresholds(absent=0.3, present=0.7)


def prediction(**scores: float) -> Prediction:
    label, none = max(scores, key=scores.__getitem__), np.zeros((1, 1, 1), np.float32)
    return Prediction(label, decide(scores, THRESHOLDS), scores, "m-1", none[0, 0], none)


HEADLINES = [
    ({"cat": 0.99, "dog": 0.01}, "Cat, quite sure"),
    ({"cat": 0.01, "dog": 0.8}, "Dog, most likely"),
    ({"cat": 0.9, "dog": 0.9}, "Both: a cat and a dog"),
    ({"cat": 0.1, "dog": 0.1}, "Neither a cat nor a dog"),
    ({"cat": 0.5, "dog": 0.1}, "Not sure: please look yourself"),
    ({"cat": 0.9, "dog": 0.1, "owl": 0.9}, "Both: a cat and an owl"),
    ({"cat": 0.9, "dog": 0.9, "owl": 0.9}, "Several: a cat, a dog and an owl"),
    ({"cat": 0.1, "dog": 0.1, "owl": 0.1}, "Not a cat, a dog or an owl"),
    ({"cat": 0.1}, "Not a cat"),
    ({"golden_retriever": 0.99, "pug": 0.01}, "Golden retriever, quite sure"),
]


@pytest.mark.parametrize(("scores", "expected"), HEADLINES)
def test_the_headline(scores: dict[str, float], expected: str) -> None:
    assert phrases.verdict(prediction(**scores), THRESHOLDS) == expected


def test_advice_where_the_answer_is_not_plain() -> None:
    assert "an owl" in phrases.advice(prediction(cat=0.1, owl=0.5))
    assert phrases.advice(prediction(cat=0.1, owl=0.1))
    assert phrases.advice(prediction(cat=0.9, owl=0.9))
    assert not phrases.advice(prediction(cat=0.9, owl=0.1))


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0, "< 0.1 %"), (0.0012, "0.1 %"), (0.5, "50.0 %"), (0.9949, "99.5 %"), (0.99951, "> 99.9 %"), (1, "> 99.9 %")],
)
def test_percent_never_claims_certainty(score: float, expected: str) -> None:
    assert phrases.percent(score).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(("count", "expected"), [(10_000_000, "10 MB"), (2_540_000, "2.5 MB")])
def test_megabytes(count: int, expected: str) -> None:
    assert phrases.megabytes(count).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("classes", "expected"), [(["cat", "dog"], "Cat or dog?"), (["a", "b", "c"], "A, b or c?"), (["cat"], "Cat?")]
)
def test_the_question(classes: list[str], expected: str) -> None:
    assert phrases.question(classes) == expected


def test_what_a_photo_can_be_said_to_show() -> None:
    assert phrases.labels(["cat", "dog"]) == {"cat": "a cat", "dog": "a dog", "both": "both", "neither": "neither"}
    assert list(phrases.labels(["a", "b", "c"]).values())[3:] == ["several", "none of them"]


KEPT = [
    ({}, "without their names and without where", "taken, until you delete them."),
    ({"retention_days": 30}, "without their names", "for 30 days or until you delete them."),
    ({"retention_days": 30, "archive_max_bytes": 9}, "", "for 30 days, until newer ones need the room or until you"),
    ({"keep_metadata": True}, "as they came", "until you delete them."),
    ({"archive_url": "postgresql://far/away"}, "to this server and its database.", "It keeps them"),
    ({"archive_keep": "nothing", "keep": 7}, "writes none down", "newest 7 in memory"),
]


@pytest.mark.parametrize(("settings", "first", "second"), KEPT)
def test_what_becomes_of_photos(settings: dict[str, Any], first: str, second: str) -> None:
    said = phrases.kept(Settings(**settings))
    assert first in said
    assert second in said
    assert ("nowhere else" in said) != ("archive_url" in settings)
