"""How far a measured share may be from the true one."""

from __future__ import annotations

from itertools import count
from math import sqrt

_Z = 1.959963984540054  # of the normal distribution, 95 % two-sided


def wilson_interval(hits: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Wilson 1927): honest near 0 and 1, where the usual one is not.

    Args:
        hits: how many of `n` had it; 0..n.
        n: at least 1.
    """
    middle, spread = hits + _Z**2 / 2, _Z * sqrt(hits * (n - hits) / n + _Z**2 / 4)
    low, high = (middle - spread) / (n + _Z**2), (middle + spread) / (n + _Z**2)
    return (0.0 if hits == 0 else low), (1.0 if hits == n else high)  # not a rounding error beside them


def photos_to_prove(share: float, wrong: int = 0) -> int:
    """How many photos have to be looked at, no more than these wrong, until a share is proven to be the most."""
    start = max(1, int(max(wrong, _Z**2 * (1 - share)) / share))
    return next(n for n in count(start) if wilson_interval(wrong, n)[1] <= share)
