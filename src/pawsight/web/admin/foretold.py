"""A forecast as the page shows it, read from a file: the module that makes it needs libraries that a server has not."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from pawsight.web.language import gettext as _
from pawsight.web.language import number
from pawsight.web.words import share


class Range(Struct, frozen=True):
    """A middle value, and what lies around it 95 times in 100."""

    middle: float
    low: float
    high: float


class OneClass(Struct, frozen=True):
    """What to expect of one class; see `learn.forecast.ClassForecast`."""

    photos: int
    found: Range
    more: Range | None


class Confusion(Struct, frozen=True):
    """Photos of one class that were taken for another."""

    true: str
    told: str
    photos: int
    of: int


class Suspect(Struct, frozen=True):
    """A photo that looks mislabelled."""

    path: str
    label: str
    suggested: str
    score: float


class Bad(Struct, frozen=True):
    """A file that cannot be used."""

    path: str
    reason: str


class Foretold(Struct, frozen=True):
    """Content of `forecast.json`; `most` is the number of photos above which nobody would collect more."""

    files: int
    looked: int
    seconds: float
    accuracy: Range
    classes: dict[str, OneClass]
    neither: int
    confusions: list[Confusion]
    suspects: list[Suspect]
    twins: list[list[str]]
    bad: list[Bad]
    most: int

    def advice(self, name: str) -> str:
        """How many more photos a class needs, in words."""
        more = self.classes[name].more
        if more is None:
            return _("enough to find 19 of 20")
        if more.middle > self.most:
            return _("more photos alone may not be enough to find 19 of 20")
        return _("about {count} more photos to find 19 of 20").format(count=number(float(f"{more.middle:.1g}")))


def read(data: bytes | None) -> Foretold | None:
    """Read a forecast; None where there is none, or one of another version."""
    try:
        return msgspec.json.decode(data, type=Foretold) if data else None
    except msgspec.MsgspecError:
        return None


def span(one: Range) -> str:
    """A range of shares: `97.6 % to 99.8 %`."""
    return _("{low} to {high}").format(low=share(one.low, 1), high=share(one.high, 1))
