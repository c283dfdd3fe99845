"""Does an exported model answer like its source?"""

from __future__ import annotations

import statistics
import time

import numpy as np

from pawsight.errors import ExportDiffers
from pawsight.estimates import Estimate, proportion
from pawsight.export.photos import Photos
from pawsight.model.card import ModelCard
from pawsight.runtime import OUTPUTS, InferenceSession, Outputs, golden, score
from pawsight.types import Floats

MAY_DIFFER = 0.02
RUNS = 15


def check_golden(card: ModelCard, session: InferenceSession, what: str) -> float:
    """Let a form predict its golden pictures, together and one by one.

    Returns:
        The largest difference to the card's scores.

    Raises:
        ExportDiffers: scores, logits, maps or features differ by more than is tolerated.
    """
    pictures = golden.fitted(card)
    alone = [session.run(picture[None]) for picture in pictures]
    one_by_one = Outputs(*(np.concatenate([getattr(one, name) for one in alone]) for name in OUTPUTS))
    found = [*golden.differences(card, session.run(pictures)), *golden.differences(card, one_by_one)]
    for name, difference, tolerance in found:
        if not difference <= tolerance:
            raise ExportDiffers(
                f"{what} does not predict the golden pictures like its source: {name} differ by {difference:.3f}, "
                f"more than {tolerance:g}.",
                "Nothing was written. Choose another format or precision.",
            )
    return max(difference for name, difference, _ in found if name == "scores")


def check_photos(card: ModelCard, session: InferenceSession, photos: Photos, what: str) -> Estimate:
    """Let a form answer photos.

    Near the middle of a sigmoid, rounding moves a score a lot: one photo in fifty may differ by more than the card's
    tolerance.

    Returns:
        Its accuracy on the photos that show one class.

    Raises:
        ExportDiffers: more photos differ.
    """
    scores = score(session, photos.pixels, np.arange(len(photos.pixels)))
    differ = int((np.abs(scores - photos.scores).max(axis=1) > card.golden.tolerance).sum())
    if differ > max(1, MAY_DIFFER * len(scores)):
        raise ExportDiffers(
            f"Expected {what} to answer {1 - MAY_DIFFER:.0%} of {len(scores):,} photos like its source within "
            f"{card.golden.tolerance}, but {differ:,} differ by more.",
            "Nothing was written. Choose another format or precision.",
        )
    return accuracy(scores, photos.targets)


def accuracy(scores: Floats, targets: Floats) -> Estimate:
    """Share of photos that show one class whose highest score is that class's, with its 95 % interval."""
    shown = targets.sum(axis=1) == 1
    right, n = int((scores.argmax(axis=1) == targets.argmax(axis=1))[shown].sum()), int(shown.sum())
    return proportion(right, n)


def milliseconds(card: ModelCard, session: InferenceSession) -> float:
    """Return the milliseconds that one photo takes, the median of `RUNS`."""
    picture = golden.fitted(card)[:1]
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        session.run(picture)
        taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)
