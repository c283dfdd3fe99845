"""What a forecast tells, in values alone: `learn` makes it, and a server, which has no library for that, shows it."""

from __future__ import annotations

from msgspec import Struct

from pawsight.estimates import NOT_MEASURED, Estimate
from pawsight.types import RejectedFile

MOST = 10_000  # photos of a class that anybody would collect


class Range(Struct, frozen=True):
    """A middle value, and what lies around it 95 times in 100."""

    middle: float
    low: float
    high: float


class ClassForecast(Struct, frozen=True, kw_only=True):
    """What to expect of one class.

    Attributes:
        photos: files that it has.
        found: share of its photos that the finished model's report will show as correct, 0..1.
        more: photos to add until 19 of 20 are found; None where it has enough. Above `MOST`: perhaps never.
    """

    photos: int
    found: Range
    more: Range | None


class Confusion(Struct, frozen=True):
    """Photos of one class that were taken for another."""

    true: str
    predicted: str
    photos: int
    of: int


class PossibleMislabel(Struct, frozen=True):
    """A photo that looks mislabelled: heads that did not see it are sure of another class.

    Attributes:
        label: its folder.
        suggested: what it looks like.
        score: probability of `suggested`, 0..1.
    """

    path: str
    label: str
    suggested: str
    score: float


class Forecast(Struct, frozen=True, kw_only=True):
    """What a first look at the photos tells.

    Attributes:
        files: how many there are.
        looked: how many of them were opened for this.
        seconds: how much longer learning will take, on this machine.
        accuracy: share of photos that the finished model's report will show as correct.
        classes: by name; `neither` is none.
        neither: photos of no class.
        confusions: most frequent first.
        suspects: photos that look mislabelled, surest first.
        twins: for each picture that is there several times, the paths.
        bad: files that cannot be used.
        unsure, refused: share of photos of the classes that get the verdict `unsure`, or `neither`.
        false_accepts: share of photos of other things that are taken for a class: those of the base model's bank, each
            by heads that had not seen its kind. Not measured where there is no bank.
        exclusive: whether a photo shows one class at most.
        in_several: pictures that lie in the folders of several classes.
        left_out: classes with too few different photos to be learned, and how many each has.
    """

    files: int
    looked: int
    seconds: float
    accuracy: Range
    classes: dict[str, ClassForecast]
    neither: int
    confusions: list[Confusion]
    suspects: list[PossibleMislabel]
    twins: list[list[str]]
    bad: list[RejectedFile]
    unsure: Estimate = NOT_MEASURED
    refused: Estimate = NOT_MEASURED
    false_accepts: Estimate = NOT_MEASURED
    exclusive: bool = True
    in_several: int = 0
    left_out: dict[str, int] = {}
