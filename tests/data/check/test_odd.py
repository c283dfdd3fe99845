from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pawsight.data import Row
from pawsight.data.check.odd import find_duplicates, find_imbalance, find_odd
from pawsight.data.check.survey import Survey


def seen(number: int, **changed: tuple[int, float]) -> Survey:
    """What ordinary photos bring, each field with one other number in it."""
    ordinary = {"brightness": 0.5, "contrast": 0.2, "colour": 0.2, "highlights": 0.9, "shadows": 0.1, "sharpness": 0.02}
    columns = {name: np.full(number, value, np.float32) for name, value in ordinary.items()}
    for name, (place, value) in changed.items():
        columns[name][place] = value
    return Survey(np.zeros((number, 2), np.float32), **columns)


def test_each_kind_is_named_once(row: Callable[..., Row]) -> None:
    rows = [row(str(number)) for number in range(10)]
    rows[3], rows[4], rows[5] = (
        row("3", width=20, height=30),
        row("4", width=200, height=64),
        row("5", width=900, height=900),
    )
    found = find_odd(rows, seen(10, sharpness=(0, 0.0001), highlights=(1, 0.1), shadows=(2, 0.99)))
    kinds = {(one.kind, one.path): one.value for one in found}
    assert kinds.keys() == {
        ("blurred", "0"), ("dark", "1"), ("washed out", "2"), ("small", "3"), ("narrow", "4"), ("large", "5"),
    }  # fmt: skip
    assert kinds["small", "3"] == 20
    assert kinds["narrow", "4"] == 3.125


def test_ordinary_photos_are_not_odd_and_the_strongest_comes_first(row: Callable[..., Row]) -> None:
    rows = [row(str(number), width=100, height=90) for number in range(4)]
    assert find_odd(rows, seen(4)) == []
    rows = [row(str(width), width=width, height=100) for width in (260, 100, 400, 100)]
    assert [one.path for one in find_odd(rows, seen(4))] == ["400", "260"]


def test_groups_are_separated_and_ordered(row: Callable[..., Row]) -> None:
    rows = [
        row("a", group="1", sha256="1"), row("b", group="1", sha256="1"), row("alone"),
        row("c", group="2", sha256="2"), row("d", group="2", sha256="3", split="test"),
        row("e", group="3", sha256="4"), row("f", "dog", group="3", sha256="4"),
    ]  # fmt: skip
    found = find_duplicates(rows)
    assert [[photo.path for photo in group.photos] for group in found] == [["e", "f"], ["c", "d"], ["a", "b"]]
    assert [group.kind for group in found] == ["exact", "near", "exact"]
    assert [group.contradictory for group in found] == [True, False, False]
    assert [group.across_splits for group in found] == [False, True, False]
    assert found[1].photos[1].split == "test"


def test_enough_of_each_is_fine() -> None:
    assert find_imbalance({"cat": 100, "dog": 300}) == []


def test_few_and_lopsided_are_named() -> None:
    few, lopsided = find_imbalance({"cat": 40, "dog": 500})
    assert few.startswith("Only 40 photos of cat")
    assert "12.5 times as many photos of dog as of cat" in lopsided
