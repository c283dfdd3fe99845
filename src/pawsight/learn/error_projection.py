"""What may become of the errors as photos are added, drawn many times from what was measured.

Errors fall as a power of the number of photos (Hestness et al., arXiv 1712.00409), down to some floor that no number of
photos gets below: photos that nobody could recognize, or a trunk that does not see the difference. Two points of a
curve cannot show how high the floor is, so every draw has another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pawsight.learn.curve import SHARES, Curve
from pawsight.model.forecast import MOST, Range

TARGET = 0.05  # a class is well known when at most 1 in 20 of its photos is missed
DRAWS = 4000
_STEEPEST = 1.0  # twice the photos never more than halve the errors above the floor: what fits steeper is luck

Draws = npt.NDArray[np.float64]


def middle_and_range(draws: Draws) -> Range:
    """The median and the middle 95 % of draws."""
    middle, low, high = np.quantile(draws, [0.5, 0.025, 0.975])
    return Range(float(middle), float(low), float(high))


@dataclass(frozen=True)
class ErrorProjection:
    """`DRAWS` guesses, each consistent with what was seen.

    Attributes:
        errors: class -> share of its photos that is missed, with the photos that were looked at.
        seen: class -> photos that were looked at.
        floor: the part of the errors that stays for ever.
        slope: the power by which the rest falls.
    """

    errors: Mapping[str, Draws]
    seen: Mapping[str, int]
    floor: Draws
    slope: Draws
    rng: np.random.Generator

    @classmethod
    def draw(cls, curve: Curve, rng: np.random.Generator) -> ErrorProjection:
        """Draw errors from Jeffreys' posterior, floors evenly, and the slopes that go with both.

        One slope for all classes: a single class makes too few errors to show it.
        """
        errors = {name: _posterior(rng, missed[-1], curve.seen[name]) for name, missed in curve.missed.items()}
        totals = (sum(missed) for missed in zip(*curve.missed.values(), strict=True))
        few, many = (_posterior(rng, missed, sum(curve.seen.values())) for missed in totals)
        floor = rng.random(DRAWS)
        fall = np.maximum((few / many - floor) / (1 - floor), 1)
        slope = np.minimum(np.log(fall) / np.log(SHARES[-1] / SHARES[0]), _STEEPEST)
        return cls(errors, curve.seen, floor, slope, rng)

    def errors_with(self, name: str, photos: int) -> Draws:
        """A class's share of errors with so many photos of it."""
        left: Draws = (photos / self.seen[name]) ** -self.slope
        result: Draws = self.errors[name] * (self.floor + (1 - self.floor) * left)
        return result

    def hits(self, name: str, photos: int, held: int) -> Draws:
        """Draw how many of `held` photos of a class will be correct after learning from so many photos of it."""
        return self.rng.binomial(held, 1 - self.errors_with(name, photos)).astype(np.float64)

    def more(self, name: str, photos: int) -> Range | None:
        """Return how many photos to add until at most `TARGET` are missed; None where that is likely already.

        Draws that never get there count as one more than `MOST`.
        """
        now = self.errors_with(name, photos)
        if np.median(now) <= TARGET:
            return None
        errors = self.errors[name]
        with np.errstate(all="ignore"):  # infinitely many where the slope is 0, and none where the floor is too high
            left = (TARGET / errors - self.floor) / (1 - self.floor)
            wanted = self.seen[name] * np.where(left > 0, left, 0) ** (-1 / self.slope)
        added = np.where(now <= TARGET, 0, np.nan_to_num(wanted - photos, nan=MOST + 1, posinf=MOST + 1))
        return middle_and_range(np.clip(added, 0, MOST + 1))


def _posterior(rng: np.random.Generator, missed: int, seen: int) -> Draws:
    return rng.beta(missed + 0.5, seen - missed + 0.5, DRAWS)
