"""Is the promise kept on these photos? A small random sample, looked at by a person, says."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pawsight.batch.journal import Step
from pawsight.batch.plan import Plan
from pawsight.classifier import UNSURE
from pawsight.errors import BadSort
from pawsight.intervals import photos_to_prove, wilson_interval

ENOUGH = 100  # photos to look at where nothing was promised


@dataclass(frozen=True)
class Finding:
    """What an audit found.

    Attributes:
        wrong, n: photos looked at.
        low, high: 95 % interval of the share of wrong ones among all that got an answer.
        most: what was promised, if anything was.
    """

    wrong: int
    n: int
    low: float
    high: float
    most: float | None

    def __str__(self) -> str:
        share = f"{self.wrong:,} of {self.n:,} wrong: {self.wrong / self.n:.1%}"
        return f"{share} (95 % interval {self.low:.1%} to {self.high:.1%}). {self._judgement()}"

    @property
    def broken(self) -> bool:
        """Whether there are surely more wrong ones than promised."""
        return self.most is not None and self.low > self.most

    def _judgement(self) -> str:
        if self.most is None:
            return "Nothing was promised: sort with --error-budget for that."
        said = f"at most {self.most:.1%}"
        if self.high <= self.most:
            return f"The promise, {said}, is proven."
        if self.broken:
            return f"The promise, {said}, is broken: undo, and sort with a smaller --error-budget."
        enough = photos_to_prove(self.most, self.wrong)
        return f"The promise, {said}, is neither proven nor broken: look at more, such as --photos {enough}."


def sample(plan: Plan, count: int | None = None, seed: int = 0) -> list[Step]:
    """Choose photos at random, each as likely, among those that got an answer and stand where they were put.

    Args:
        plan: of a sort that is done.
        count: how many; where None, as many as prove the promise if none is wrong.
        seed: the same photos again for the same seed; more of them begin with the same ones.

    Raises:
        BadSort: no photo got an answer.
    """
    answered = [step for step in plan.photos if step.verdict != UNSURE and Path(plan.into, step.target).is_file()]
    if not answered:
        raise BadSort(f"Expected photos that got an answer in {plan.into}, but there are none.")
    wanted = count or (photos_to_prove(plan.promise.most) if plan.promise else ENOUGH)
    random.Random(seed).shuffle(answered)  # noqa: S311
    return answered[:wanted]


def judge(plan: Plan, wrong: Iterable[int], n: int) -> Finding:
    """Say what a sample proves.

    Args:
        plan: of the sort.
        wrong: numbers of wrong photos, 1..n.
        n: how many were looked at.

    Raises:
        BadSort: a number that no photo has.
    """
    numbers = set(wrong)
    if bad := sorted(number for number in numbers if not 1 <= number <= n):
        raise BadSort(f"Expected numbers of photos, 1 to {n}, but received {', '.join(map(str, bad))}.")
    return Finding(len(numbers), n, *wilson_interval(len(numbers), n), plan.promise.most if plan.promise else None)
