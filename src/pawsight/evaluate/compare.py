"""Two models, the same photos: is one better, or is it the luck of these photos?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from msgspec import Struct

from pawsight.evaluate.run import Evaluation
from pawsight.metrics import mcnemar

LEVEL = 0.05


class Comparison(Struct, frozen=True, kw_only=True):
    """How two models differ on the photos that show one class.

    Attributes:
        first, second: name and version of the models.
        only_first, only_second: photos that this one alone got right.
        n: photos compared.
        p: of McNemar's exact test: how often chance alone would give counts as uneven as these.
        better: the better model where p is below 0.05; None where no difference is shown.
    """

    first: str
    second: str
    only_first: int
    only_second: int
    n: int
    p: float
    better: str | None


def compare(first: Evaluation, second: Evaluation) -> Comparison:
    """Compare two evaluations of the same photos.

    Raises:
        ValueError: they are of different photos.
    """
    if first.paths != second.paths:
        raise ValueError("Expected two evaluations of the same photos, but the photos differ.")
    only_first = int((first.right & ~second.right).sum())
    only_second = int((second.right & ~first.right).sum())
    p = mcnemar(only_first, only_second)
    ahead = first.model if only_first > only_second else second.model
    return Comparison(
        first=first.model,
        second=second.model,
        only_first=only_first,
        only_second=only_second,
        n=int(first.single.sum()),
        p=p,
        better=ahead if p < LEVEL else None,
    )


def compare_all(results: Sequence[Evaluation]) -> list[Comparison]:
    """Compare every model with every other."""
    return [compare(first, second) for first, second in combinations(results, 2)]
