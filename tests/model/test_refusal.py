"""False accepts by kind and group, those of new kinds apart."""

from __future__ import annotations

import pytest

from pawsight.model.refusal import DRAWINGS, OTHERS, figures, group_of


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("creatures/cow", "farm animals"),
        ("near/Wolf", "wild cats and dogs"),
        ("other/church", "far things"),
        ("drawn/cow", DRAWINGS),
        ("sketch/anything/house", DRAWINGS),
        ("okapi", OTHERS),
        ("neither", OTHERS),
    ],
)
def test_a_kind_has_a_group(kind: str, group: str) -> None:
    assert group_of(kind) == group


def test_every_figure_has_its_count_and_interval() -> None:
    kinds = ["a/cow"] * 4 + ["a/pig"] * 6 + ["a/wolf"] * 2
    accepted = [True, True, False, False] + [False] * 6 + [True, False]
    found = figures("test split", kinds, accepted, seen={"a/cow", "a/pig"})
    assert found.seen.value == 0.2
    assert (found.new.value, found.new.n) == (0.5, 2)
    assert found.groups["farm animals"].value == 0.2
    assert [row.kind for row in found.kinds] == ["a/cow", "a/wolf", "a/pig"]  # the most accepted first
    assert [row.seen for row in found.kinds] == [True, False, True]
    cow = found.kinds[0].accepted
    assert cow.low is not None
    assert cow.high is not None
    assert 0 < cow.low < 0.5 < cow.high < 1


def test_no_new_kinds_is_no_figure() -> None:
    assert figures("test split", ["a/cow"], [False], seen={"a/cow"}).new.value is None
