"""The shelf for the newest answers."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from pawsight.classifier import Prediction
from pawsight.web.answers import Answer
from pawsight.web.recent import AnswerNotFound, Recent


def answer(id: str) -> Answer:
    nothing = np.zeros((1, 1, 1), np.float32)
    return Answer(id, Prediction("cat", "cat", {"cat": 1.0}, "m-1", nothing[0, 0], nothing), 1.0, b"")


def test_it_finds_what_was_added() -> None:
    recent, one = Recent(2), answer("a")
    recent.add(one)
    assert recent.get("a") is one


def test_the_oldest_falls_off() -> None:
    recent = Recent(2)
    for id in "abc":
        recent.add(answer(id))
    assert [recent.get(id).id for id in "bc"] == ["b", "c"]
    with pytest.raises(AnswerNotFound, match="newest 2"):
        recent.get("a")


def test_forgetting_twice() -> None:
    recent = Recent(2)
    recent.add(answer("a"))
    recent.forget("a")
    with pytest.raises(AnswerNotFound):
        recent.forget("a")


@pytest.mark.parametrize(("keep", "least", "most"), [(10_000, 1000, 1000), (50, 1, 50)])
def test_many_threads_at_once(keep: int, least: int, most: int) -> None:
    recent = Recent(keep)

    def work(name: str) -> None:
        for number in range(500):
            recent.add(answer(f"{name}{number}"))
            if number % 2 and keep > most:
                recent.forget(f"{name}{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = sum(_has(recent, f"{name}{number}") for name in "abcd" for number in range(500))
    assert least <= kept <= most


def _has(recent: Recent, id: str) -> bool:
    try:
        recent.get(id)
    except AnswerNotFound:
        return False
    return True
