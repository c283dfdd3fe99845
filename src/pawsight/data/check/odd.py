"""Photos that stand out by what anybody can measure: blurred, dark, white, tiny, huge, stretched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pawsight.data.check.findings import Odd
from pawsight.data.check.survey import Survey
from pawsight.data.manifest import Row
from pawsight.types import Floats

# Chosen by looking at Microsoft's photos in order of each number: about from here on, a person agrees.
LEAST_SHARPNESS = 0.0003
LEAST_HIGHLIGHTS = 0.45
MOST_SHADOWS = 0.55
SMALLEST_SIDE = 64
MOST_RATIO = 2.5
# How many times more pixels than the middle photo; so large a one costs time and brings nothing.
MOST_TIMES = 20


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
