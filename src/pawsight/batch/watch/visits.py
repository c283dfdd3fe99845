"""Frames of one event are one visit and get one answer."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import Any

from pawsight.batch.classified import ClassifiedPhoto
from pawsight.model.card import Thresholds
from pawsight.model.decision import decide
from pawsight.text import valid_unicode

MOST_FRAMES = 64  # a visit that goes on longer is answered, and the next one begins


@dataclass
class Visit:
    """Frames of one camera, each taken shortly after the one before.

    Attributes:
        frames: classified photos, in the order of their arrival.
        seen: when the last one arrived, by the monotonic clock.
        id: the same in every message about this visit.
    """

    frames: list[ClassifiedPhoto] = field(default_factory=list)
    seen: float = 0.0
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def age(self) -> float:
        """Seconds since the newest frame was written, by the clock of this computer."""
        return time.time() - max(frame.mtime_ns for frame in self.frames) / 1e9

    def scores(self) -> dict[str, float]:
        """Pool the scores of all frames; see `pool`."""
        return pool([frame.prediction.scores for frame in self.frames])


@dataclass(frozen=True)
class VisitResult:
    """What a visit was decided to be: the content of every message about it."""

    id: str
    verdict: str
    scores: dict[str, float]
    model: str
    frames: int
    photos: list[str]
    ended: str

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**vars(self), "photos": [valid_unicode(path) for path in self.photos]}


def classify_visit(visit: Visit, thresholds: Thresholds) -> VisitResult:
    """Decide a visit by its pooled scores."""
    scores = visit.scores()
    newest = max(frame.mtime_ns for frame in visit.frames) / 1e9
    return VisitResult(
        id=visit.id,
        verdict=decide(scores, thresholds),
        scores=scores,
        model=visit.frames[0].prediction.model,
        frames=len(visit.frames),
        photos=[os.path.abspath(frame.path) for frame in visit.frames],
        ended=datetime.fromtimestamp(newest, UTC).isoformat(timespec="seconds"),
    )


def pool(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    """Pool the scores of frames: for each class the mean of its highest third, of two frames at least.

    An animal need not be in every frame, so the mean of all would miss it; the highest score alone would be the more
    wrong the more frames there are. A mean of calibrated probabilities is never more confident than they are together
    (Ranjan and Gneiting 2010, doi:10.1111/j.1467-9868.2009.00726.x), which is the safe side for what opens a door.
    """
    count = min(len(scores), max(2, ceil(len(scores) / 3)))
    tops = {name: sorted((one[name] for one in scores), reverse=True)[:count] for name in scores[0]}
    return {name: round(sum(top) / count, 6) for name, top in tops.items()}


class Visits:
    """Collects frames into visits.

    Args:
        gap: seconds between two frames of one visit, at most.
    """

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._open: dict[tuple[str, str], Visit] = {}
        self._closed: list[Visit] = []

    def add(self, frame: ClassifiedPhoto) -> None:
        """Add a frame to the visit of its camera that goes on, or begin the next one."""
        taken = frame.fingerprint.taken
        key = os.path.dirname(frame.path), taken.camera if taken else ""
        visit = self._open.get(key)
        if visit and (len(visit.frames) >= MOST_FRAMES or abs(_when(frame) - _when(visit.frames[-1])) > self._gap):
            self._closed.append(visit)
            visit = None
        visit = self._open[key] = visit or Visit()
        visit.frames.append(frame)
        visit.seen = time.monotonic()

    def ended(self, everything: bool = False) -> list[Visit]:
        """Return the visits that are over, and drop them.

        Args:
            everything: also those that might go on.
        """
        now = time.monotonic()
        for key, visit in list(self._open.items()):
            if everything or now - visit.seen >= self._gap:
                self._closed.append(self._open.pop(key))
        ended, self._closed = self._closed, []
        return ended


def _when(frame: ClassifiedPhoto) -> float:
    """When a frame was taken, in seconds: by its camera's clock if the photo says, else by its file's time."""
    taken = frame.fingerprint.taken
    return taken.seconds if taken else frame.mtime_ns / 1e9
