from __future__ import annotations

from pawsight.data.check.balance import find_imbalance


def test_enough_of_each_is_fine() -> None:
    assert find_imbalance({"cat": 100, "dog": 300}) == []


def test_few_and_lopsided_are_told() -> None:
    few, lopsided = find_imbalance({"cat": 40, "dog": 500})
    assert few.startswith("Only 40 photos of cat")
    assert "12.5 times as many photos of dog as of cat" in lopsided
