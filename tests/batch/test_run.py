from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pawsight.batch.run import AHEAD, PhotoResult, classify
from pawsight.classifier import Classifier, Prediction
from pawsight.errors import BrokenImage
from pawsight.types import Pixels


@pytest.fixture
def paths(photos: Path) -> list[str]:
    return [str(path) for path in sorted(photos.iterdir())]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_right_answers_in_the_order_of_the_paths(classifier: Classifier, paths: list[str], workers: int) -> None:
    answers = list(classify(classifier, paths * 4, workers))
    assert [one.path for one in answers] == paths * 4
    assert [one.prediction.verdict for one in answers if one.prediction] == [Path(path).stem for path in paths] * 4


def test_a_slow_photo_does_not_change_the_order(classifier: Classifier, paths: list[str]) -> None:
    def dawdle(path: str, photo: Pixels, prediction: Prediction) -> None:
        time.sleep(0.05 if path == paths[0] else 0)

    assert [one.path for one in classify(classifier, paths, 3, dawdle)] == paths


def test_photos_are_answered_side_by_side(classifier: Classifier, paths: list[str]) -> None:
    together = threading.Barrier(2)

    def meet(path: str, photo: Pixels, prediction: Prediction) -> None:
        together.wait(10)  # breaks, and so fails the photo, if no other worker comes

    assert all(one.prediction for one in classify(classifier, paths[:4], 2, meet))


def test_bad_photos_stop_nobody(classifier: Classifier, paths: list[str], tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "words.jpg").write_text("no photo")
    (tmp_path / "cut.jpg").write_bytes(Path(paths[0]).read_bytes()[:400])
    bad = [str(tmp_path / name) for name in ("empty.jpg", "words.jpg", "cut.jpg", "missing.jpg", ".")]
    answers = list(classify(classifier, [*bad, *paths], 2))
    codes = ["empty_file", "unsupported_format", "broken_image", "unreadable_file", "unreadable_file"]
    assert [one.error.code for one in answers if one.error] == codes
    assert all(one.prediction for one in answers[5:])


def test_the_unforeseen_stops_nobody_either(classifier: Classifier, paths: list[str]) -> None:
    def explode(path: str, photo: Pixels, prediction: Prediction) -> None:
        if path == paths[1]:
            raise ZeroDivisionError("the disk is on fire")

    first, second, *others = classify(classifier, paths, 2, explode)
    assert second.error is not None
    assert "ZeroDivisionError: the disk is on fire" in str(second.error)
    assert all(one.prediction for one in [first, *others])


@pytest.mark.parametrize("workers", [1, 3])
def test_the_reader_is_never_far_behind(classifier: Classifier, paths: list[str], workers: int) -> None:
    """So that memory stays the same for any number of photos."""
    taken = 0

    def counted() -> Iterator[str]:
        nonlocal taken
        for path in paths * 20:
            taken += 1
            yield path

    for given, _ in enumerate(classify(classifier, counted(), workers)):
        assert taken - given <= workers * AHEAD
    assert taken == 100


def test_a_reader_that_stops_stops_the_work(classifier: Classifier, paths: list[str]) -> None:
    worked = []

    def count(path: str, photo: Pixels, prediction: Prediction) -> None:
        worked.append(path)
        time.sleep(0.1)

    answers = classify(classifier, paths * 20, 1, count)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert len(worked) < AHEAD  # what waited never started
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("answer")]


def test_no_photos_no_answers(classifier: Classifier) -> None:
    assert list(classify(classifier, [], 2)) == []


def test_to_dict_has_the_same_keys_always(classifier: Classifier, paths: list[str]) -> None:
    (good,) = classify(classifier, paths[:1], 1)
    assert good.to_dict() == {
        "path": paths[0],
        "label": "cat",
        "verdict": "both",
        "scores": good.prediction.scores if good.prediction else None,
        "model": "tiny-1",
        "error": None,
    }
    assert PhotoResult("x.jpg", error=BrokenImage("Expected this.", "Do that.")).to_dict() == {
        "path": "x.jpg",
        "label": None,
        "verdict": None,
        "scores": None,
        "model": None,
        "error": {"code": "broken_image", "message": "Expected this. Do that."},
    }


@pytest.mark.parametrize(("name", "shown"), [("é.jpg", "é.jpg"), ("caf\udce9.jpg", "caf\\udce9.jpg")])
def test_names_become_valid_unicode(name: str, shown: str) -> None:
    assert PhotoResult(name, error=BrokenImage(name)).to_dict() == {
        **dict.fromkeys(["label", "verdict", "scores", "model"]),
        "path": shown,
        "error": {"code": "broken_image", "message": shown},
    }


def test_answers_do_not_depend_on_company(classifier: Classifier, paths: list[str]) -> None:
    alone: list[Any] = [next(iter(classify(classifier, [path], 1))).to_dict() for path in paths]
    assert [one.to_dict() for one in classify(classifier, paths, 3)] == alone
