from __future__ import annotations

import numpy as np
import pytest

from pawsight.data.check.folds import folds

LABELS = ["cat"] * 20 + ["dog"] * 30
GROUPS = [str(number // 2) for number in range(50)]


def test_every_photo_is_asked_about_once_and_copies_stay_together() -> None:
    parts = folds(LABELS, GROUPS, 0)
    assert len(parts) == 5
    assert sorted(np.concatenate([ask for _, ask in parts])) == list(range(50))
    for learn, ask in parts:
        assert not {GROUPS[place] for place in learn} & {GROUPS[place] for place in ask}
        assert {LABELS[place] for place in learn} == {"cat", "dog"}


def test_the_seed_divides_anew() -> None:
    first, again, other = (folds(LABELS, GROUPS, seed)[0][1].tolist() for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize(
    ("labels", "groups", "parts"),
    [
        (["cat", "cat", "dog", "dog", "dog"], list("abcde"), 2),
        (["cat", "cat", "dog", "dog", "dog"], list("aacde"), 0),
        (["cat", "dog", "dog"], list("abc"), 0),
        (["cat", "cat", "cat"], list("abc"), 0),
    ],
)
def test_few_photos_make_few_parts_or_none(labels: list[str], groups: list[str], parts: int) -> None:
    assert len(folds(labels, groups, 0)) == parts
