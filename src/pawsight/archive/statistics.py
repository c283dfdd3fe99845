"""The archive in numbers: use by day, and whether its verdicts shift away from a reference."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from operator import itemgetter

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive.entry import Filter
from pawsight.archive.search import where
from pawsight.archive.tables import EntryRow

_Z_99 = 2.3263478740408408  # of the normal distribution, 99 % one-sided


@dataclass(frozen=True)
class Day:
    """Uploads of one day (UTC): how many, of which verdicts, how many a person corrected, and bytes of their files."""

    date: date
    photos: int
    corrected: int
    bytes: int
    verdicts: dict[str, int]


def usage(session: Session, since: date) -> list[Day]:
    """Uploads by day, see `Archive.usage`."""
    day = sa.func.date(EntryRow.created)
    count, corrected = sa.func.count(), sa.func.count(EntryRow.correction)
    query = sa.select(day, EntryRow.verdict, count, corrected, sa.func.sum(EntryRow.bytes))
    start = datetime.combine(since, time(), UTC)
    found = session.execute(query.where(EntryRow.created >= start).group_by(day, EntryRow.verdict).order_by(day))
    return [_day(one, list(rows)) for one, rows in groupby(map(tuple, found), key=itemgetter(0))]


def _day(day: object, rows: list[tuple[object, str, int, int, int]]) -> Day:
    _, verdicts, photos, corrected, sizes = zip(*rows, strict=True)
    by_verdict = dict(zip(verdicts, photos, strict=True))
    return Day(date.fromisoformat(str(day)), sum(photos), sum(corrected), int(sum(sizes)), by_verdict)


def verdicts(session: Session, wanted: Filter) -> Counter[str]:
    """Return how often each verdict was given, see `Archive.verdicts`."""
    query = sa.select(EntryRow.verdict, sa.func.count()).where(*where(wanted)).group_by(EntryRow.verdict)
    return Counter({row[0]: row[1] for row in session.execute(query)})


@dataclass(frozen=True)
class Shift:
    """How far the shares of two sets of verdicts are apart.

    Attributes:
        index: population stability index: 0 where all shares are equal, without an upper bound.
        limit: what chance alone exceeds once in a hundred times at these numbers of photos.
        n, reference_n: how many verdicts there were of each.
    """

    index: float
    limit: float
    n: int
    reference_n: int

    @property
    def shifted(self) -> bool:
        """Whether the shares differ by more than chance explains."""
        return self.index > self.limit


def shift(counts: Mapping[str, int], reference: Mapping[str, int]) -> Shift:
    """Compare how often each verdict was given: the population stability index.

    Half a photo is added to each count, as a logarithm of nothing is none. Where nothing has changed, the index times
    n m / (n + m) follows a chi-square distribution (B. Yurdakul, Statistical Properties of Population Stability Index,
    2018), which gives the limit for alpha = 0.01.

    Args:
        counts: verdict -> photos, such as this week's.
        reference: verdict -> photos, such as those of the test split.

    Raises:
        ValueError: one of them is empty.
    """
    names = sorted(name for name in {*counts, *reference} if counts.get(name, 0) + reference.get(name, 0))
    n, m = sum(counts.values()), sum(reference.values())
    if not n or not m:
        raise ValueError(f"Expected verdicts to compare, but received {n} and {m}.")
    ours, theirs = (np.array([side.get(name, 0) + 0.5 for name in names]) for side in (counts, reference))
    ours, theirs = ours / ours.sum(), theirs / theirs.sum()
    index = float(((ours - theirs) * np.log(ours / theirs)).sum())
    return Shift(index, _chi_square(len(names) - 1) * (1 / n + 1 / m), n, m)


def _chi_square(degrees: int) -> float:
    """Return what a chi-square variable exceeds once in a hundred times (Wilson and Hilferty 1931; within 3 %)."""
    return degrees * (1 - 2 / (9 * degrees) + _Z_99 * math.sqrt(2 / (9 * degrees))) ** 3 if degrees else 0.0
