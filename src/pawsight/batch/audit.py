"""Test a sort on its own photos: a person looks at a random sample from both sides.

One side are the photos that were filed as a class: is one wrong? The other are those in `neither`: was a pet missed?
The folder is finite, and the bounds know it: when all its photos were looked at, they are exact. They hold at every
sample size at once, so that looking at more photos until the promise is proven or broken is no peeking; see
`pawsight.estimates.sequential_interval`. Each side errs with half of the 5 % (Bonferroni), so that both, and their sum,
hold together.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil
from pathlib import Path

from pawsight.batch.inventory import SortedPhoto, read_inventory
from pawsight.errors import BadSort
from pawsight.estimates import sequential_interval
from pawsight.model.class_names import NEITHER, UNSURE

ENOUGH = 100  # photos to look at where nothing was promised, or where the promise does not hold for this folder
LEAST = 30  # of each side, if it has as many
EXPECTED = 0.01  # share of wrong ones at which the bounds are narrowest where nothing was promised
_ERROR = 0.025


@dataclass(frozen=True)
class Side:
    """The photos of one side, in random order.

    Attributes:
        name: `filed` or `neither`.
        photos: those to look at.
        total: how many the side has.
    """

    name: str
    photos: list[SortedPhoto]
    total: int


@dataclass(frozen=True)
class SideResult:
    """What was found on one side.

    Attributes:
        name: of the side.
        wrong, n: photos looked at.
        total: how many the side has.
        low, high: bounds of the number of wrong ones among them.
    """

    name: str
    wrong: int
    n: int
    total: int
    low: int
    high: int

    def __str__(self) -> str:
        if self.name == NEITHER:
            return (
                f"neither: a pet missed in {self.wrong:,} of {self.n:,}; "
                f"{_most(self.low, self.high, 'pets missed')} among {self.total:,}."
            )
        return f"filed: {self.wrong:,} of {self.n:,} wrong; {_most(self.low, self.high, 'wrong')} among {self.total:,}."


@dataclass(frozen=True)
class AuditResult:
    """What an audit found.

    Attributes:
        sides: one or two.
        most: share of wrong ones that was promised; None where nothing was.
    """

    sides: list[SideResult]
    most: float | None

    @property
    def total(self) -> int:
        """Photos outside `please-check`."""
        return sum(side.total for side in self.sides)

    @property
    def low(self) -> int:
        """Wrong ones among all, at least."""
        return sum(side.low for side in self.sides)

    @property
    def high(self) -> int:
        """Wrong ones among all, at most."""
        return sum(side.high for side in self.sides)

    @property
    def broken(self) -> bool:
        """Whether there are more wrong ones than promised."""
        return self.most is not None and self.low > self.most * self.total

    def __str__(self) -> str:
        wrong, n = sum(side.wrong for side in self.sides), sum(side.n for side in self.sides)
        looked = f"All {n:,} photos" if n == self.total else f"{n:,} of {self.total:,} photos"
        together = (
            f"{looked} looked at, {wrong:,} wrong: {_most(self.low, self.high, 'wrong')} in all "
            f"({self.low / self.total:.1%} to {self.high / self.total:.1%}, 95 % confidence)."
        )
        return "\n".join([*map(str, self.sides), together, self._judgement()])

    def _judgement(self) -> str:
        if self.most is None:
            return "Nothing was promised: sort with --error-budget for that."
        promised = f"at most {self.most:.1%}, or {int(self.most * self.total):,} photos,"
        if self.high <= self.most * self.total:
            return f"The promise, {promised} is proven."
        if self.broken:
            return f"The promise, {promised} is broken: undo, and sort with a smaller --error-budget."
        totals, wrong = [side.total for side in self.sides], [side.wrong for side in self.sides]
        enough = sum(_enough(totals, wrong, self.most))
        return f"The promise, {promised} is neither proven nor broken: look at more, such as --photos {enough}."


def sample(into: Path, most: float | None, count: int | None = None, seed: int = 0) -> list[Side]:
    """Choose photos at random, on each side each as likely, among those that nobody has moved since.

    Args:
        into: a folder that photos were sorted into.
        most: share of wrong ones that was promised; None where nothing was, or where it does not hold.
        count: photos to look at; where None, as many as prove the promise if none is wrong.
        seed: the same photos again for the same seed; larger samples contain smaller ones.

    Raises:
        BadSort: there is nothing to look at.
    """
    photos = [one for one in read_inventory(into).photos if one.place is not None and not one.corrected]
    filed = [one for one in photos if one.step.verdict not in (UNSURE, NEITHER)]
    sides = {name: side for name, side in (("filed", filed), (NEITHER, _neither(photos))) if side}
    if not sides:
        raise BadSort(f"No photos outside please-check stand in {into}, so there is nothing to audit.")
    totals = [len(side) for side in sides.values()]
    counts = _share_out(totals, count or ENOUGH) if count or most is None else _enough(totals, [0] * len(totals), most)
    for side in sides.values():
        random.Random(seed).shuffle(side)  # noqa: S311
    return [Side(name, side[:n], len(side)) for (name, side), n in zip(sides.items(), counts, strict=True)]


def judge(sides: Sequence[Side], most: float | None, wrong: Iterable[int]) -> AuditResult:
    """Say what a sample proves.

    Args:
        sides: the sample.
        most: share of wrong ones that was promised.
        wrong: numbers of wrong photos, counted through all sides from 1.

    Raises:
        BadSort: a number that no photo has.
    """
    numbers, n = set(wrong), sum(len(side.photos) for side in sides)
    if bad := sorted(number for number in numbers if not 1 <= number <= n):
        raise BadSort(f"The photos are numbered 1 to {n}: there is no {', '.join(map(str, bad))}.")
    results, first = [], 1
    for side in sides:
        last = first + len(side.photos)
        found = sum(first <= number < last for number in numbers)
        bounds = _bounds(found, len(side.photos), side.total, most or EXPECTED)
        results.append(SideResult(side.name, found, len(side.photos), side.total, *bounds))
        first = last
    return AuditResult(results, most)


def _neither(photos: Sequence[SortedPhoto]) -> list[SortedPhoto]:
    return [one for one in photos if one.step.verdict == NEITHER]


def _bounds(wrong: int, n: int, total: int, expected: float) -> tuple[int, int]:
    low, high = sequential_interval(wrong, n, total, expected, _ERROR)
    return round(low * total), round(high * total)


def _share_out(totals: Sequence[int], count: float) -> list[int]:
    """Divide a number of photos among sides by their size, but with `LEAST` of each where there are as many."""
    share = min(1.0, count / sum(totals))
    return [min(total, max(min(LEAST, ceil(count / 2)), round(share * total))) for total in totals]


def _enough(totals: Sequence[int], wrong: Sequence[int], most: float) -> list[int]:
    """The smallest sample that proves the promise with no more wrong ones than these; everything, where none does."""
    *others, last = zip(totals, wrong, strict=True)
    allowed, found = int(most * sum(totals)), list[list[int]]()
    for shares in product(*(_steps(total) for total, _ in others)):
        high = sum(_bounds(hits, max(n, hits), total, most)[1] for n, (total, hits) in zip(shares, others, strict=True))
        if (n := _fewest(*last, allowed - high, most)) is not None:
            found.append([*shares, n])
    return min(found, key=sum, default=list(totals))


def _steps(total: int) -> list[int]:
    """Sizes of a sample to try: from `LEAST` to all, each a few percent larger than the one before."""
    least = min(LEAST, total)
    return sorted({round(least * (total / least) ** (step / 60)) for step in range(61)})


def _fewest(total: int, wrong: int, allowed: int, most: float) -> int | None:
    """The smallest sample of one side that bounds its wrong ones so, by bisection; None where none does."""
    low, high = min(max(LEAST, wrong), total), total
    if wrong > allowed:
        return None
    while low < high:
        middle = (low + high) // 2
        if _bounds(wrong, middle, total, most)[1] <= allowed:
            high = middle
        else:
            low = middle + 1
    return low


def _most(low: int, high: int, what: str) -> str:
    if low == high:
        return f"exactly {high:,} {what}"
    return f"at most {high:,} {what}" if not low else f"{low:,} to {high:,} {what}"
