from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.batch import cache
from pawsight.batch.cache import Cache
from pawsight.batch.run import PhotoResult, classify_one
from pawsight.classifier import Classifier
from pawsight.errors import BadSettings
from pawsight.model.card import Thresholds


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the photos that the model was asked about."""
    names: list[str] = []

    def count(classifier: Classifier, path: str) -> PhotoResult:
        names.append(Path(path).name)
        return classify_one(classifier, path)

    monkeypatch.setattr(cache, "classify_one", count)
    return names


def run(classifier: Classifier, photos: Path, file: Path) -> list[PhotoResult]:
    return list(Cache(file, classifier).classify(sorted(map(str, photos.iterdir())), 2))


def test_known_answers_are_the_same_and_cost_nothing(
    classifier: Classifier, photos: Path, tmp_path: Path, asked: list[str]
) -> None:
    first = run(classifier, photos, tmp_path / "a.db")
    assert len(asked) == 5
    assert [one.to_dict() for one in run(classifier, photos, tmp_path / "a.db")] == [one.to_dict() for one in first]
    assert len(asked) == 5


def test_what_is_new_or_changed_is_answered_anew(
    classifier: Classifier, photos: Path, tmp_path: Path, asked: list[str]
) -> None:
    run(classifier, photos, tmp_path / "a.db")
    asked.clear()
    (photos / "new.jpg").write_bytes((photos / "cat.jpg").read_bytes())
    (photos / "dog.jpg").write_bytes((photos / "cat.jpg").read_bytes())
    os.utime(photos / "both.jpg", ns=(1, 1))
    answers = {Path(one.path).name: one.prediction for one in run(classifier, photos, tmp_path / "a.db")}
    assert sorted(asked) == ["both.jpg", "dog.jpg", "new.jpg"]
    assert answers["dog.jpg"] is not None
    assert answers["dog.jpg"].verdict == "cat"


def test_failures_are_tried_again(classifier: Classifier, photos: Path, tmp_path: Path, asked: list[str]) -> None:
    (photos / "words.jpg").write_text("no photo")
    for _ in range(2):
        assert sum(one.error is not None for one in run(classifier, photos, tmp_path / "a.db")) == 1
    assert asked.count("words.jpg") == 2


def test_another_model_answers_for_itself(
    classifier: Classifier, make_model: Callable[..., Path], photos: Path, tmp_path: Path, asked: list[str]
) -> None:
    run(classifier, photos, tmp_path / "a.db")
    strict = Classifier.load(make_model(tmp_path / "strict", thresholds=Thresholds(0.0, 1.0)))
    assert {one.prediction.verdict for one in run(strict, photos, tmp_path / "a.db") if one.prediction} == {"unsure"}
    assert len(asked) == 10


def test_what_was_done_before_a_stop_is_kept(
    classifier: Classifier, photos: Path, tmp_path: Path, asked: list[str]
) -> None:
    answers: Any = Cache(tmp_path / "a.db", classifier).classify(sorted(map(str, photos.iterdir())), 1)
    next(answers)
    next(answers)
    answers.close()
    asked.clear()
    run(classifier, photos, tmp_path / "a.db")
    assert len(asked) <= 4


def test_a_file_of_another_kind(classifier: Classifier, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("a shopping list, and not a short one" * 99)
    with pytest.raises(BadSettings, match=r"a\.db.*not a database"):
        Cache(tmp_path / "a.db", classifier)
