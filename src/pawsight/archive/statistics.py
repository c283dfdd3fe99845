"""The archive in numbers: use by day, scores, and whether they drift away from a reference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timezone

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pawsight.archive.entry import Filter
from pawsight.archive.search import where
from pawsight.archive.tables import EntryRow
from pawsight.types import Floats


@dataclass(frozen=True)
class Day:
    """Uploads of one day (UTC): how many, how many of them a person corrected, and bytes of their files."""

    date: date
    photos: int
    corrected: int
    bytes: int


def usage(session: Session, since: date) -> list[Day]:
    """Uploads by day, see `Archive.usage`."""
    day = sa.func.date(EntryRow.created)
    count, corrected = sa.func.count(), sa.func.count(EntryRow.correction)
    query = sa.select(day, count, corrected, sa.func.sum(EntryRow.bytes)).group_by(day).order_by(day)
    start = datetime.combine(since, time(), timezone.utc)
    found = session.execute(query.where(EntryRow.created >= start))
    return [Day(date.fromisoformat(str(one)), photos, said, int(size)) for one, photos, said, size in found]


def scores(session: Session, name: str, wanted: Filter) -> Floats:
    """Scores for one class, see `Archive.scores`."""
    query = sa.select(EntryRow.scores).where(*where(wanted)).order_by(EntryRow.created)
    return np.array([row[name] for row in session.scalars(query) if name in row], dtype=np.float32)


@dataclass(frozen=True)
class Drift:
    """How far two sets of scores are apart.

    Attributes:
        distance: the largest gap between their distribution functions, 0 (none) to 1.
        limit: what chance alone exceeds once in a hundred times at these numbers of photos.
        n, reference_n: how many scores there were of each.
    """

    distance: float
    limit: float
    n: int
    reference_n: int

    @property
    def drifted(self) -> bool:
        """Whether the gap is more than chance explains."""
        return self.distance > self.limit


def drift(scores: Floats, reference: Floats) -> Drift:
    """Compare scores with those on the test split: the two-sample Kolmogorov-Smirnov statistic.

    The limit is Smirnov's, for large samples and alpha = 0.01 (N. Smirnov, Annals of Mathematical Statistics 19, 1948).

    Args:
        scores: `(N,)`, 0..1, such as this week's.
        reference: `(M,)`, 0..1.

    Raises:
        ValueError: one of them is empty.
    """
    n, m = len(scores), len(reference)
    if not n or not m:
        raise ValueError(f"Expected scores to compare, but received {n} and {m}.")
    places = np.concatenate([scores, reference])
    ours, theirs = (np.searchsorted(np.sort(side), places, side="right") / len(side) for side in (scores, reference))
    limit = math.sqrt(-math.log(0.01 / 2) / 2) * math.sqrt((n + m) / (n * m))
    return Drift(float(np.abs(ours - theirs).max()), limit, n, m)
