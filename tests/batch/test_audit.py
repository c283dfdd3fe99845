from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.batch import audit
from pawsight.batch.audit import judge, sample
from pawsight.batch.inventory import Inventory, SortedPhoto
from pawsight.batch.journal import Step
from pawsight.errors import BadSort

INTO = Path("sorted")
Folder = Callable[..., None]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Makes a sorted folder of so many cats, of neither and of unsure photos."""

    def make(cats: int, neither: int = 0, unsure: int = 0) -> None:
        counts = {"cat": cats, "neither": neither, "unsure": unsure}
        photos = [
            SortedPhoto(Step("copy", f"{verdict}/{n}.jpg", "", 1, verdict=verdict), "m", f"{verdict}/{n}.jpg")
            for verdict, count in counts.items()
            for n in range(count)
        ]
        monkeypatch.setattr(audit, "read_inventory", lambda into: Inventory(into, photos))

    return make


def sizes(sides: list[audit.Side]) -> dict[str, tuple[int, int]]:
    return {side.name: (len(side.photos), side.total) for side in sides}


def test_as_many_as_prove_the_promise(folder: Folder) -> None:
    folder(2700, 200, 90)
    sides = sample(INTO, 0.01)
    n = sum(len(side.photos) for side in sides)
    assert {side.name for side in sides} == {"filed", "neither"}
    assert 300 < n < 700
    assert "is proven" in str(judge(sides, 0.01, []))
    fewer = sample(INTO, 0.01, n - 30)
    assert "neither proven nor broken" in str(judge(fewer, 0.01, []))


def test_it_never_asks_for_more_photos_than_there_are(folder: Folder) -> None:
    folder(265)
    assert sizes(sample(INTO, 0.001))["filed"][0] <= 265
    sides = sample(INTO, 0.001, 300)
    assert sizes(sides) == {"filed": (265, 265)}
    said = str(judge(sides, 0.001, []))
    assert "All 265 photos looked at, 0 wrong: exactly 0 wrong in all" in said
    assert "is proven" in said
    assert "is broken" in str(judge(sides, 0.001, [3]))
    assert sizes(sample(INTO, None, 1000)) == {"filed": (265, 265)}


def test_both_sides_are_sampled(folder: Folder) -> None:
    folder(2700, 2310)
    sides = sample(INTO, 0.01, 400)
    first = len(sides[0].photos) + 1
    result = judge(sides, 0.01, [1, first])
    assert [side.wrong for side in result.sides] == [1, 1]
    said = str(result)
    assert f"neither: a pet missed in 1 of {len(sides[1].photos)}; " in said
    assert "pets missed among 2,310." in said
    folder(0, 50)
    assert sizes(sample(INTO, None)) == {"neither": (50, 50)}


def test_chance_is_even_and_larger_samples_contain_smaller_ones(folder: Folder) -> None:
    folder(900)
    assert sample(INTO, None, 90)[0].photos[:50] == sample(INTO, None, 50)[0].photos
    drawn = [one.place for seed in range(40) for one in sample(INTO, None, 90, seed)[0].photos]
    assert len(set(drawn)) > 850
    assert max(map(drawn.count, set(drawn))) < 16


def test_bounds_hold_together_at_every_size(folder: Folder) -> None:
    """Of 300 folders with known errors, looked at again and again, no more than 5 % get a bound that is wrong."""
    folder(400, 100)
    dice, missed = random.Random(0), 0
    sides = sample(INTO, 0.02, 500)
    for _ in range(300):
        truth = [
            dice.sample([True] * wrong + [False] * (total - wrong), total) for wrong, total in ((8, 400), (3, 100))
        ]
        for part in (0.1, 0.2, 0.4, 0.7):
            looked = [audit.Side(one.name, one.photos[: int(part * one.total)], one.total) for one in sides]
            flags = [flag for one, side in zip(truth, looked, strict=True) for flag in one[: len(side.photos)]]
            result = judge(looked, 0.02, [place for place, flag in enumerate(flags, 1) if flag])
            if not result.low <= 11 <= result.high:
                missed += 1
                break
    assert missed / 300 <= 0.05


def test_judgements(folder: Folder) -> None:
    folder(900)
    sides = sample(INTO, 0.01, 381)
    broken = judge(sides, 0.01, range(1, 31))
    assert broken.broken
    assert "is broken" in str(broken)
    assert judge(sides, 0.01, [7, 7]).sides[0].wrong == 1
    assert "look at more, such as --photos" in str(judge(sides, 0.01, [7]))
    assert "Nothing was promised" in str(judge(sides, None, [1]))
    with pytest.raises(BadSort, match="1 to 381: there is no 0, 382"):
        judge(sides, 0.01, [0, 382, 5])


def test_nothing_to_look_at(folder: Folder) -> None:
    folder(0, 0, 5)
    with pytest.raises(BadSort, match="nothing to audit"):
        sample(INTO, None)
