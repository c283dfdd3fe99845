from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pawsight.data import Row
from pawsight.data.check.shortcuts import find_shortcuts
from pawsight.data.check.survey import Survey

NUMBER = 200


@pytest.fixture
def seen() -> Survey:
    rng = np.random.default_rng(0)
    numbers = rng.random((6, NUMBER), dtype=np.float32)
    return Survey(np.zeros((NUMBER, 2), np.float32), *numbers)


def rows(row: Callable[..., Row], ending: Callable[[str], str] = lambda label: "jpg") -> list[Row]:
    labels = ["cat", "dog"] * (NUMBER // 2)
    return [row(f"{number}.{ending(label)}", label) for number, label in enumerate(labels)]


def test_what_tells_nothing_is_no_shortcut(row: Callable[..., Row], seen: Survey) -> None:
    found = find_shortcuts(rows(row), seen)
    assert {one.number for one in found} == {
        "brightness", "contrast", "colour", "sharpness", "size", "ratio", "file ending",
    }  # fmt: skip
    assert not any(one.warning for one in found)
    assert all(one.low < one.auc < 0.65 and one.n == NUMBER for one in found)


def test_dogs_in_daylight_are_one(row: Callable[..., Row], seen: Survey) -> None:
    seen.brightness[1::2] += 0.8
    first = find_shortcuts(rows(row), seen)[0]
    assert (first.number, first.warning) == ("brightness", True)
    assert 0.9 < first.low < first.auc < first.high <= 1


def test_so_are_very_dark_or_very_bright_cats(row: Callable[..., Row], seen: Survey) -> None:
    """No straight line would find these."""
    seen.contrast[1::2] = 0.4 + 0.2 * seen.contrast[1::2]
    seen.contrast[::2] = np.where(seen.contrast[::2] < 0.5, 0.1, 0.9)
    assert [one.number for one in find_shortcuts(rows(row), seen) if one.warning] == ["contrast"]


def test_so_are_dogs_in_another_format(row: Callable[..., Row], seen: Survey) -> None:
    found = find_shortcuts(rows(row, {"cat": "jpg", "dog": "png"}.__getitem__), seen)
    assert [one.number for one in found if one.warning] == ["file ending"]
    assert found[0].auc == 1


def test_one_class_has_no_shortcuts(row: Callable[..., Row], seen: Survey) -> None:
    assert find_shortcuts([row(str(number)) for number in range(NUMBER)], seen) == []


def test_strangers_do_not_drown_what_tells_the_classes(row: Callable[..., Row], seen: Survey) -> None:
    seen.brightness[1::2] += 0.8
    mixed = [
        replace(one, label="neither", width=31) if number % 10 == 0 else one for number, one in enumerate(rows(row))
    ]
    warned = {(one.number, one.label, one.n) for one in find_shortcuts(mixed, seen) if one.warning}
    assert ("size", "neither", NUMBER) in warned
    assert {("brightness", "cat", NUMBER * 9 // 10), ("brightness", "dog", NUMBER * 9 // 10)} & warned
