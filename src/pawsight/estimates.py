"""Measured values with their 95 % intervals: the one type for them, and the intervals of shares."""

from __future__ import annotations

from collections.abc import Callable
from math import lgamma, log, sqrt

from msgspec import Struct

_Z = 1.959963984540054  # of the normal distribution, 95 % two-sided
_ERROR = 0.05


class Estimate(Struct, frozen=True, forbid_unknown_fields=True):
    """A measured value.

    Attributes:
        value: None where nothing could be measured.
        n: how many photos it rests on.
        low, high: its 95 % interval; None where the value is, or where no interval was computed.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


NOT_MEASURED = Estimate(None, 0)


def proportion(hits: int, n: int) -> Estimate:
    """Return a share with its Wilson interval; without a value where `n` is 0."""
    return Estimate(hits / n, n, *wilson_interval(hits, n)) if n else NOT_MEASURED


def wilson_interval(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share (Wilson 1927), which holds near 0 and 1 as well.

    Args:
        hits: how many of `n` had it; 0..n.
        n: at least 1.
    """
    middle, spread = hits + _Z**2 / 2, _Z * sqrt(hits * (n - hits) / n + _Z**2 / 4)
    low, high = (middle - spread) / (n + _Z**2), (middle + spread) / (n + _Z**2)
    return (0.0 if hits == 0 else low), (1.0 if hits == n else high)  # without rounding errors at the ends


def sequential_interval(
    hits: int, n: int, total: int, expected: float = 0.5, error: float = _ERROR
) -> tuple[float, float]:
    """Return an interval (95 % by default) of a share among `total` photos that holds at every sample size at once.

    A confidence sequence for sampling without replacement (Waudby-Smith and Ramdas, arXiv 2006.04347, theorem 2: the
    ratio of prior to posterior under a beta-binomial prior). You may look after each photo and stop whenever you like:
    the chance that any of the intervals misses the true share is at most `error`. When all photos were seen, it is
    exact.

    Args:
        hits: how many of the `n` photos seen had it; 0..n.
        n: photos seen, chosen at random; 0..total.
        total: photos that there are.
        expected: share for which the interval should be narrowest, chosen before looking. It holds with any value.
        error: chance that the interval ever misses the true share.
    """
    least, most = hits, total - (n - hits)
    prior = (1.0, max(1.0, 1 / expected - 1))
    needed = log(error) + _log_beta_binomial(hits, n, *prior)

    def possible(number: int) -> bool:
        return _log_hypergeometric(hits, n, number, total) > needed

    likely = min(most, max(least, round(hits / n * total))) if n else least
    low = _first(possible, least, likely) if n else least
    high = most - _first(lambda back: possible(most - back), 0, most - likely) if n else most
    return low / total, high / total


def _first(holds: Callable[[int], bool], start: int, end: int) -> int:
    """Return the smallest number from `start` for which something holds that then holds up to `end`."""
    while start < end:
        middle = (start + end) // 2
        if holds(middle):
            end = middle
        else:
            start = middle + 1
    return end


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _log_hypergeometric(hits: int, n: int, marked: int, total: int) -> float:
    return _log_choose(marked, hits) + _log_choose(total - marked, n - hits) - _log_choose(total, n)


def _log_beta_binomial(hits: int, n: int, a: float, b: float) -> float:
    return _log_choose(n, hits) + _log_beta(a + hits, b + n - hits) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
