"""Which photos train, which validate, which test: decided by their content alone.

The split of a photo follows from the smallest SHA-256 among its twins and the seed, so it depends neither on names nor
on order nor on other photos. Where an earlier set stands, its photos keep their places and newcomers fit in.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SPLITS = ("train", "validation", "test")
LEFT_OUT = "left-out"

# 0.9 ** 50 is 0.5 %: with so many photos of a class, hardly any validation or test part stays empty.
ENOUGH = 50


@dataclass(frozen=True)
class Place:
    """Where one photo stands: its split, and the smallest SHA-256 among its twins (its own where it has none)."""

    split: str
    group: str


def draw(key: str, seed: int) -> str:
    """Draw `train` (80 %), `validation` (10 %) or `test` (10 %) out of a group's smallest SHA-256 and the seed."""
    number = int.from_bytes(hashlib.sha256(f"{seed}:{key}".encode()).digest()[:8], "big")
    tenth = number * 10 >> 64
    return {8: "validation", 9: "test"}.get(tenth, "train")


def assign(digests: Sequence[str], groups: Iterable[int], seed: int, old: Mapping[str, str]) -> list[Place]:
    """Give every photo its place, twins always the same.

    Args:
        digests: SHA-256 of each photo.
        groups: equal numbers for twins, from `duplicates.group`.
        seed: of the draw.
        old: SHA-256 -> split of the earlier set; those photos never move. A newcomer that turns out to be a twin of
            old photos on different sides would leak, and is left out.
    """
    members: dict[int, list[str]] = defaultdict(list)
    numbers = list(groups)
    for digest, number in zip(digests, numbers, strict=True):
        members[number].append(digest)
    return [
        Place(old.get(digest) or _common(members[number], seed, old), min(members[number]))
        for digest, number in zip(digests, numbers, strict=True)
    ]


def _common(twins: list[str], seed: int, old: Mapping[str, str]) -> str:
    """The split of newcomers among these twins."""
    standing = {old[digest] for digest in twins if digest in old}
    if len(standing) > 1:
        return LEFT_OUT
    return standing.pop() if standing else draw(min(twins), seed)


def missing(counts: Mapping[str, Mapping[str, int]], labels: Iterable[str]) -> list[str]:
    """Say, one line each, which classes have no photo in which split.

    Args:
        counts: split -> label -> number of photos.
        labels: the classes.
    """
    return [
        f"No photo of {label!r} fell into {split}. Add photos: from about {ENOUGH} of a class, every split has some."
        for label in labels
        for split in SPLITS
        if not counts.get(split, {}).get(label)
    ]
