from __future__ import annotations

from collections.abc import Callable

from pawsight.data import Row
from pawsight.data.check.copies import find_duplicates


def test_groups_are_told_apart_and_ordered(row: Callable[..., Row]) -> None:
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
