"""Which photos train, which validate, which test: decided by their content alone.

The split of a photo follows from the smallest SHA-256 among its twins and the seed, so it depends neither on names nor
on order nor on other photos. Where an earlier set stands, its photos keep their places and newcomers fit in.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SPLITS = ("train", "validation", "test")
LEFT_OUT = "left-out"

# 0.9 ** 50 is 0.5 %: with so many photos of a class, hardly any validation or test part stays empty.
ENOUGH = 50


@dataclass(frozen=True)
class SplitAssignment:
    """Where one photo stands: its split, and the smallest SHA-256 among its twins (its own where it has none)."""

    split: str
    group: str


def draw(key: str, seed: int) -> str:
    """Draw `train` (80 %), `validation` (10 %) or `test` (10 %) out of a group's smallest SHA-256 and the seed."""
    number = int.from_bytes(hashlib.sha256(f"{seed}:{key}".encode()).digest()[:8], "big")
    tenth = number * 10 >> 64
    return {8: "validation", 9: "test"}.get(tenth, "train")


def assign(
    digests: Sequence[str],
    groups: Iterable[int],
    seed: int,
    old: Mapping[str, str],
    labels: Sequence[str] | None = None,
) -> list[SplitAssignment]:
    """Give every photo its place, twins always the same.

    Args:
        digests: SHA-256 of each photo.
        groups: equal numbers for twins, from `duplicates.group`.
        seed: of the draw.
        old: SHA-256 -> split of the earlier set; those photos never move. A newcomer that turns out to be a twin of
            old photos on different sides would leak, and is left out.
        labels: of the photos. A class of which no photo would be drawn for validation or test gets one there, and
            keeps one for training, out of newcomers alone; a class of two pictures cannot.
    """
    members: dict[int, list[str]] = defaultdict(list)
    numbers = list(groups)
    for digest, number in zip(digests, numbers, strict=True):
        members[number].append(digest)
    splits = {number: _common(twins, seed, old) for number, twins in members.items()}
    if labels is not None:
        fixed = {number for number, twins in members.items() if any(digest in old for digest in twins)}
        _fill(
            splits, fixed, _groups_of_labels(numbers, labels), {number: min(twins) for number, twins in members.items()}
        )
    return [
        SplitAssignment(old.get(digest) or splits[number], min(members[number]))
        for digest, number in zip(digests, numbers, strict=True)
    ]


def _groups_of_labels(numbers: Sequence[int], labels: Sequence[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for number, label in zip(numbers, labels, strict=True):
        found[label].add(number)
    return found


def _fill(splits: dict[int, str], fixed: set[int], classes: Mapping[str, set[int]], keys: Mapping[int, str]) -> None:
    """Move a group of each class into each split that has none of it, from the fullest one."""
    for label in sorted(classes):
        for wanted in SPLITS:
            held = {name: [one for one in classes[label] if splits[one] == name] for name in SPLITS}
            giver = max(SPLITS, key=lambda name: len(held[name]))
            free = sorted(set(held[giver]) - fixed, key=keys.__getitem__)
            if not held[wanted] and free and len(held[giver]) > 1:
                splits[free[0]] = wanted


def _common(twins: list[str], seed: int, old: Mapping[str, str]) -> str:
    """The split of newcomers among these twins."""
    standing = {old[digest] for digest in twins if digest in old}
    if len(standing) > 1:
        return LEFT_OUT
    return standing.pop() if standing else draw(min(twins), seed)


def complete(places: Sequence[SplitAssignment], seed: int) -> list[SplitAssignment]:
    """Fill a split that a ready-made source lacks: validation from a tenth of train, test from half of validation."""
    present = {place.split for place in places}
    filled = list(places)
    if "validation" not in present:
        filled = [_moved(place, "train", "validation", draw(place.group, seed) == "validation") for place in filled]
    if "test" not in present:
        filled = [_moved(place, "validation", "test", _is_odd(place.group, seed)) for place in filled]
    return filled


def _moved(place: SplitAssignment, source: str, target: str, chosen: bool) -> SplitAssignment:
    return SplitAssignment(target, place.group) if chosen and place.split == source else place


def _is_odd(key: str, seed: int) -> bool:
    return hashlib.sha256(f"half:{seed}:{key}".encode()).digest()[0] % 2 == 1


def describe_given(given: Iterable[str]) -> list[str]:
    """Say, in one line, which ready-made splits were kept and which ones were made of them."""
    counts = Counter(given)
    kept = ", ".join(f"{split} {counts[split]:,}" for split in SPLITS if counts[split])
    made = "" if counts["validation"] else " A tenth of train became validation."
    made += "" if counts["test"] else " Half of validation became test."
    return [f"Kept the splits that the source has: {kept}.{made}"]


def count_leaks(rows: Iterable[tuple[str, str]]) -> int:
    """Count the groups of copies, given as (group, split) of each photo, that stand in several splits."""
    found: dict[str, set[str]] = defaultdict(set)
    for group, split in rows:
        if split != LEFT_OUT:
            found[group].add(split)
    return sum(len(splits) > 1 for splits in found.values())


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
