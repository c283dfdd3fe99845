from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from pawsight.archive.entry import ArchiveEntry, Filter
from pawsight.archive.mappers import now
from pawsight.archive.statistics import shift
from pawsight.archive.store import Archive

Put = Callable[..., ArchiveEntry]
Age = Callable[[Archive, ArchiveEntry, float], None]


def drawn(n: int, shares: list[float], seed: int) -> dict[str, int]:
    counts = np.random.default_rng(seed).multinomial(n, shares)
    return dict(zip(("cat", "dog", "unsure", "neither"), counts.tolist(), strict=False))


def test_equal_shares_are_no_shift() -> None:
    assert shift({"cat": 500, "dog": 500}, {"cat": 500, "dog": 500}).index == 0
    assert shift({"cat": 5}, {"cat": 500}).index == shift({"cat": 5}, {"cat": 500}).limit == 0


def test_the_index_is_the_one_of_the_books() -> None:
    seen = shift({"cat": 80_000, "dog": 20_000}, {"cat": 50_000, "dog": 50_000})
    assert seen.index == pytest.approx(0.3 * np.log(1.6) - 0.3 * np.log(0.4), rel=1e-3)


def test_the_limit_is_that_of_chi_square() -> None:
    stats = pytest.importorskip("scipy.stats", reason="compares with SciPy, which comes with the extra train")
    for degrees in range(1, 8):
        counts = {str(number): 100 for number in range(degrees + 1)}
        n = 100 * (degrees + 1)
        assert shift(counts, counts).limit == pytest.approx(stats.chi2.ppf(0.99, degrees) * 2 / n, rel=0.03)


@pytest.mark.parametrize("n", [30, 300])
def test_a_shift_by_chance_alone_is_seen_once_in_a_hundred_times(n: int) -> None:
    reference = [0.45, 0.45, 0.1]
    chance = sum(
        shift(drawn(n, reference, seed), drawn(1900, reference, 10_000 + seed)).shifted for seed in range(1000)
    )
    assert chance <= 25


def test_verdicts_that_are_new_are_a_shift() -> None:
    seen = shift({"cat": 30, "neither": 30}, {"cat": 900, "dog": 900})
    assert seen.shifted
    assert (seen.n, seen.reference_n) == (60, 1800)


def test_no_verdicts_to_compare() -> None:
    with pytest.raises(ValueError, match="received 0 and 3"):
        shift({}, {"cat": 3})


def test_usage_by_day(archive: Archive, put: Put, age: Age) -> None:
    first, second, third = (put(archive, seed) for seed in range(3))
    age(archive, first, 40)
    age(archive, second, 2)
    archive.correct(second.id, "dog")
    days = archive.usage(30)
    assert [(day.photos, day.corrected, day.bytes) for day in days] == [(1, 1, second.bytes), (1, 0, third.bytes)]
    assert days[1].date - days[0].date == timedelta(days=2)
    assert len(archive.usage(60)) == 3


def test_verdicts_of_a_day_and_of_a_time(archive: Archive, put: Put, age: Age) -> None:
    old = put(archive, 0, score=0.6)
    for seed, label in enumerate(["cat", "cat", "dog"], 1):
        put(archive, seed, label=label)
    age(archive, old, 9)
    assert [day.verdicts for day in archive.usage()] == [{"unsure": 1}, {"cat": 2, "dog": 1}]
    assert archive.verdicts() == {"unsure": 1, "cat": 2, "dog": 1}
    assert archive.verdicts(Filter(since=now() - timedelta(days=7), model="tiny-1")) == {"cat": 2, "dog": 1}
    assert archive.verdicts(Filter(model="other-1")) == {}
