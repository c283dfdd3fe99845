"""What a photo looks like, in a word: names of ImageNet's animals, for graphs that carry an ImageNet head.

A guess, not a fact: the head knows 118 breeds of dogs and no mixed breed, and a mixed breed gets the names of those
that it resembles.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np
from msgspec import Struct

from pawsight.types import Floats

LANGUAGES = ("en", "de")
MOST = 3
LEAST = 0.15  # share below which a guess is not worth a word
SHARPNESS = 2.0


class Resemblance(Struct, frozen=True):
    """A guess: the English name of an animal, and its share of what the photo looks like, 0..1."""

    name: str
    share: float


@cache
def animals() -> tuple[dict[str, str], ...]:
    """Return the names of ImageNet's first 398 classes, which are its animals, in order: language -> name."""
    text = resources.files("pawsight.model").joinpath("animals.tsv").read_text(encoding="utf-8")
    return tuple(dict(zip(LANGUAGES, line.split("\t"), strict=True)) for line in text.splitlines())


def looks_like(probabilities: Floats | None, most: int = MOST, least: float = LEAST) -> list[Resemblance]:
    """Name the animals that a photo looks like, the likeliest first.

    Args:
        probabilities: `(1000,)` float32, `Outputs.imagenet` of one photo; None where the graph does not give them.
        most: number of names.
        least: smallest share that is named.

    Returns:
        Empty where there is no ImageNet head, or where no animal has that share.
    """
    if probabilities is None:
        return []
    shares = probabilities.astype(np.float64) ** SHARPNESS
    shares /= shares.sum()
    named = np.flatnonzero(shares[: len(animals())] >= least).tolist()  # few, so that nothing else is sorted
    best = sorted(named, key=lambda place: -shares[place])[:most]
    return [Resemblance(animals()[place]["en"], round(float(shares[place]), 3)) for place in best]


def translate(name: str, language: str) -> str:
    """Return an animal's name in another language; unchanged where it has none there."""
    return _names(language).get(name, name)


@cache
def _names(language: str) -> dict[str, str]:
    return {one["en"]: one.get(language, one["en"]) for one in animals()}


def describe(guesses: Sequence[Resemblance], language: str = "en") -> str:
    """Return the likeliest guess with its share, such as `Beagle (62 %)`; empty where there is none."""
    return f"{translate(guesses[0].name, language)} ({guesses[0].share:.0%})" if guesses else ""
