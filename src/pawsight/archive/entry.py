"""What the archive returns: entries, their details, and pages of entries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from pawsight.model.looks_like import Resemblance
from pawsight.types import Floats

UNANSWERED = "unanswered"  # the verdict on a photo whose row was rebuilt from its file

Sort = Literal["newest", "oldest", "least sure", "most sure"]


class ArchivablePrediction(Protocol):
    """What a classifier predicted: `pawsight.classifier.Prediction`, or anything of the same shape."""

    @property
    def label(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def scores(self) -> Mapping[str, float]: ...
    @property
    def model(self) -> str: ...
    @property
    def features(self) -> Floats: ...
    @property
    def maps(self) -> Floats: ...
    @property
    def looks_like(self) -> Sequence[Resemblance]: ...


@dataclass(frozen=True)
class ArchiveEntry:
    """One upload.

    Attributes:
        id: random, 32 hex digits, so that nobody finds another's photo by counting.
        created: when it came, UTC.
        stored: SHA-256 of the file in the archive, in hex; None where no file is kept, or it was lost.
        uploaded: SHA-256 of what came, in hex.
        format, bytes: of what is stored.
        width, height: of the photo as it came, upright, in pixels.
        model, label, verdict, scores: the answer, as in `Prediction`; the verdict is `unanswered`, and the rest empty,
            where the index was rebuilt from files.
        confidence: 0.5..1, how sure the least sure class is: `min(max(p, 1 - p))`; 0 where there is no answer.
        milliseconds: what the answer took.
        visitor: hash of the token that came with it; empty where none did.
        correction: what a person says it shows: a class, `both` or `neither`; None where nobody did.
        corrected: when, UTC.
    """

    id: str
    created: datetime
    stored: str | None
    uploaded: str
    format: str
    bytes: int
    width: int
    height: int
    model: str
    label: str
    verdict: str
    scores: dict[str, float]
    confidence: float
    milliseconds: float
    visitor: str
    correction: str | None
    corrected: datetime | None

    def belongs_to(self, token: str) -> bool:
        """Return whether the visitor with this token uploaded it."""
        return token != "" and self.visitor == hash_token(token)


@dataclass(frozen=True)
class EntryDetails:
    """The large part of an entry.

    Attributes:
        thumbnail: the small JPEG that was given to `put`; empty where there is no answer.
        features: `(D,)` float32, in the precision of float16.
        maps: `(h, w, C)` float32, likewise.
        looks_like: animals that the photo looks like; empty for entries of before 0.2.0.
    """

    thumbnail: bytes
    features: Floats
    maps: Floats
    looks_like: Sequence[Resemblance] = ()


@dataclass(frozen=True)
class Correction:
    """One thing that a person said about an entry, and when (UTC); a label of None took back what stood before."""

    at: datetime
    label: str | None


@dataclass(frozen=True)
class Filter:
    """Which entries to find; what is None does not matter.

    Attributes:
        verdict, label, model, correction: exactly this.
        corrected: whether a person has said anything.
        least, most: bounds of the confidence, both included.
        since, until: bounds of the time, with a zone; the first is included.
        uploaded: SHA-256 of what came: the same file again.
        visitor: a visitor's token.
    """

    verdict: str | None = None
    label: str | None = None
    model: str | None = None
    correction: str | None = None
    corrected: bool | None = None
    least: float | None = None
    most: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    uploaded: str | None = None
    visitor: str | None = None


@dataclass(frozen=True)
class ArchivedPhoto:
    """A photo that the archive holds, however often it came.

    Attributes:
        id: of an entry that has it: the one that a person corrected last, or else the newest.
        model, verdict, correction: of that entry.
    """

    id: str
    model: str
    verdict: str
    correction: str | None


@dataclass(frozen=True)
class FilterChoices:
    """What there is to filter by: the values that entries have, sorted."""

    verdicts: list[str]
    labels: list[str]
    models: list[str]


@dataclass(frozen=True)
class EntryPage:
    """Some of the entries that were found.

    Attributes:
        entries: of this page; none where the page is beyond the last.
        total: entries on all pages together.
        number: of this page, from 1.
        size: entries on a full page.
    """

    entries: list[ArchiveEntry]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least 1."""
        return max(1, -(-self.total // self.size))


def hash_token(token: str) -> str:
    """Return what is kept of a visitor's token: its SHA-256, in hex; empty where there is none."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""
