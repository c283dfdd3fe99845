"""What anybody can see or count, without a model: odd photos, copies, and classes of very different sizes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from pawsight.data.check.findings import DuplicateFile, Duplicates, Odd
from pawsight.data.check.survey import Survey
from pawsight.data.manifest import Row
from pawsight.data.split import ENOUGH
from pawsight.types import Floats

# Chosen by looking at Microsoft's photos in order of each number: about from here on, a person agrees.
LEAST_SHARPNESS = 0.0003
LEAST_HIGHLIGHTS = 0.45
MOST_SHADOWS = 0.55
SMALLEST_SIDE = 64
MOST_RATIO = 2.5
# How many times more pixels than the middle photo; one so large costs time and gains nothing.
MOST_TIMES = 20
MOST_OF_A_CLASS = 3  # times as many photos as of the rarest class


def find_odd(rows: Sequence[Row], survey: Survey) -> list[Odd]:
    """Photos that are blurred, dark, washed out, small, large or narrow, kind by kind, the strongest first."""
    sides = np.array([(row.width, row.height) for row in rows], np.float32)
    short, long, area = sides.min(axis=1), sides.max(axis=1), sides.prod(axis=1)
    return [
        *_below(rows, "blurred", survey.sharpness, LEAST_SHARPNESS),
        *_below(rows, "dark", survey.highlights, LEAST_HIGHLIGHTS),
        *_above(rows, "washed out", survey.shadows, MOST_SHADOWS),
        *_below(rows, "small", short, SMALLEST_SIDE),
        *_above(rows, "large", area / np.median(area), MOST_TIMES),
        *_above(rows, "narrow", long / short, MOST_RATIO),
    ]


def _below(rows: Sequence[Row], kind: str, numbers: Floats, limit: float) -> Iterator[Odd]:
    order = np.argsort(numbers, kind="stable")
    return (_odd(rows[place], kind, numbers[place]) for place in order if numbers[place] < limit)


def _above(rows: Sequence[Row], kind: str, numbers: Floats, limit: float) -> Iterator[Odd]:
    order = np.argsort(-numbers, kind="stable")
    return (_odd(rows[place], kind, numbers[place]) for place in order if numbers[place] > limit)


def _odd(row: Row, kind: str, number: np.float32) -> Odd:
    return Odd(row.path, row.label, kind, round(float(number), 6))


def find_duplicates(rows: Iterable[Row]) -> list[Duplicates]:
    """Groups of copies: contradictory ones first, then those across splits, then as they stand in the manifest."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    found = [_group(group) for group in groups.values() if len(group) > 1]
    return sorted(found, key=lambda one: (not one.contradictory, not one.across_splits))


def _group(group: Sequence[Row]) -> Duplicates:
    return Duplicates(
        kind="exact" if len({row.sha256 for row in group}) == 1 else "near",
        contradictory=len({row.label for row in group}) > 1,
        across_splits=len({row.split for row in group}) > 1,
        photos=[DuplicateFile(row.path, row.label, row.split) for row in group],
    )


def find_imbalance(counts: Mapping[str, int]) -> list[str]:
    """Say, one line each, what is wrong with the numbers of photos.

    Args:
        counts: class -> photos.
    """
    warnings = [
        f"Only {number:,} photos of {label}: {ENOUGH} or more tell more."
        for label, number in counts.items()
        if number < ENOUGH
    ]
    rare, common = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    if counts[common] > MOST_OF_A_CLASS * counts[rare]:
        times = counts[common] / counts[rare]
        warnings.append(
            f"There are {times:.1f} times as many photos of {common} as of {rare}: a model will lean to {common}."
        )
    return warnings
