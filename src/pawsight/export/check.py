"""Does an exported model answer like its source?"""

from __future__ import annotations

import statistics
import time

import numpy as np

from pawsight.card import Metric, ModelCard
from pawsight.errors import ExportDiffers
from pawsight.export.photos import Photos
from pawsight.intervals import wilson_interval
from pawsight.runtime import Session, golden, score
from pawsight.types import Floats

MAY_DIFFER = 0.02
RUNS = 15


def check_golden(card: ModelCard, session: Session, what: str) -> float:
    """Let a form answer its golden pictures, together and one by one.

    Returns:
        The largest difference to the card's scores.

    Raises:
        ExportDiffers: it is beyond the card's tolerance.
    """
    pictures = golden.fitted(card)
    expected = np.array([[row[name] for name in card.classes] for row in card.golden.scores])
    together = session.run(pictures).scores
    alone = np.concatenate([session.run(picture[None]).scores for picture in pictures])
    worst = float(max(np.abs(together - expected).max(), np.abs(alone - expected).max()))
    if not worst <= card.golden.tolerance:
        raise ExportDiffers(
            f"Expected {what} to answer the golden pictures like its source within {card.golden.tolerance}, "
            f"but one score differs by {worst:.3f}.",
            "Nothing was written. Choose another format or precision.",
        )
    return worst


def check_photos(card: ModelCard, session: Session, photos: Photos, what: str) -> Metric:
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


def accuracy(scores: Floats, targets: Floats) -> Metric:
    """Share of photos that show one class whose highest score is that class's, with its 95 % interval."""
    shown = targets.sum(axis=1) == 1
    right, n = int((scores.argmax(axis=1) == targets.argmax(axis=1))[shown].sum()), int(shown.sum())
    return Metric(right / n, n, *wilson_interval(right, n)) if n else Metric(0.0, 0)


def milliseconds(card: ModelCard, session: Session) -> float:
    """What one photo takes, the median of `RUNS`."""
    picture = golden.fitted(card)[:1]
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        session.run(picture)
        taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)
