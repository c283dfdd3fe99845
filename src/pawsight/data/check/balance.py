"""Whether there are enough photos of every class, and about as many of each."""

from __future__ import annotations

from collections.abc import Mapping

from pawsight.data.split import ENOUGH

MOST_TIMES = 3


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
    if counts[common] > MOST_TIMES * counts[rare]:
        times = counts[common] / counts[rare]
        warnings.append(
            f"There are {times:.1f} times as many photos of {common} as of {rare}: a model will lean to {common}."
        )
    return warnings
