"""Cross-validation that keeps copies together: no fold learns from a photo it is measured on, nor from a copy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold

MOST = 5

Indices = npt.NDArray[np.int64]


def folds(labels: Sequence[str], groups: Sequence[str], seed: int) -> list[tuple[Indices, Indices]]:
    """Divide photos into parts of like make-up, to learn from all but one and ask about that one in turn.

    Args:
        labels: of N photos.
        groups: equal ones for copies.
        seed: of the division.

    Returns:
        (places to learn from, places to ask about) for each part; every photo is asked about once. There are `MOST`
        parts, or as many as the rarest label has groups; none where that is fewer than two, or there is one label only.
    """
    names, codes = np.unique(np.asarray(labels), return_inverse=True)
    numbers = np.unique(np.asarray(groups), return_inverse=True)[1]
    parts = min(MOST, *(len(np.unique(numbers[codes == code])) for code in range(len(names))))
    if parts < 2 or len(names) < 2:
        return []
    return list(StratifiedGroupKFold(parts, shuffle=True, random_state=seed).split(codes, codes, numbers))
