"""Who learns from which photos, and who answers for which: twins always stand on one side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from pawsight.data.split import assign
from pawsight.learn.head import Indices

FOLDS = 5
INNER_FOLDS = 2
# Up to so many photos, answering for each by a head that never saw it gives the narrowest honest interval, in seconds.
# Beyond, a tenth of the photos is enough to measure on, and one head a strength is enough to fit.
MOST_FOR_FOLDS = 3000


@dataclass(frozen=True)
class Fold:
    """Photos to learn from, and photos to answer for, by place."""

    train: Indices
    held: Indices


@dataclass(frozen=True)
class FoldPlan:
    """How figures, strength, temperature and thresholds are found.

    Attributes:
        outer: the figures are measured on what these hold.
        inner: for each of `outer`, how its head is chosen, out of its `train` photos alone.
        names: for each photo, `fold 1` to `fold 5`, or `train`, `validation`, `test`.
        seed: of the draw.
    """

    outer: list[Fold]
    inner: list[list[Fold]]
    names: list[str]
    seed: int

    @property
    def folds(self) -> list[Fold]:
        """All that needs heads: `outer`, then `inner`."""
        return [*self.outer, *(fold for folds in self.inner for fold in folds)]

    @property
    def sizes(self) -> dict[str, int]:
        """Name -> number of photos."""
        return dict(sorted(Counter(self.names).items()))

    @property
    def crossed(self) -> bool:
        """Whether every photo is answered for in its turn."""
        return len(self.outer) > 1


def make_plan(labels: Sequence[str], groups: Indices, digests: Sequence[str], seed: int) -> FoldPlan:
    """Nested cross-validation for small sets, a split by content hash for large ones.

    Args:
        labels: of N photos.
        groups: equal numbers for twins.
        digests: SHA-256 of each photo.
        seed: of the draw.
    """
    if len(labels) > MOST_FOR_FOLDS:
        return _split(labels, groups, digests, seed)
    outer = make_folds(labels, groups, FOLDS, seed)
    inner = [_inside(fold.train, labels, groups, seed) for fold in outer]
    held_in = {place: number for number, fold in enumerate(outer, 1) for place in fold.held.tolist()}
    return FoldPlan(outer, inner, [f"fold {held_in[place]}" for place in range(len(labels))], seed)


def _split(labels: Sequence[str], groups: Indices, digests: Sequence[str], seed: int) -> FoldPlan:
    names = [place.split for place in assign(digests, groups.tolist(), seed, {}, labels)]
    train, validation, test = (np.flatnonzero(np.array(names) == name) for name in ("train", "validation", "test"))
    return FoldPlan([Fold(np.concatenate([train, validation]), test)], [[Fold(train, validation)]], names, seed)


def make_folds(labels: Sequence[str], groups: Indices, number: int, seed: int) -> list[Fold]:
    """Share photos out so that each is held once, classes evenly, twins together; fewer folds for small classes."""
    places = np.asarray(labels)
    fewest = min(len(np.unique(groups[places == name])) for name in np.unique(places))
    splitter = StratifiedGroupKFold(max(2, min(number, fewest)), shuffle=True, random_state=seed)
    return [Fold(train, held) for train, held in splitter.split(groups, np.asarray(labels), groups)]


def _inside(train: Indices, labels: Sequence[str], groups: Indices, seed: int) -> list[Fold]:
    """Folds among some photos alone."""
    folds = make_folds([labels[place] for place in train], groups[train], INNER_FOLDS, seed)
    return [Fold(train[fold.train], train[fold.held]) for fold in folds]


def thinned(train: Indices, labels: Sequence[str], share: float, seed: int) -> Indices:
    """A share of some photos of each class, at least one."""
    return np.concatenate(list(_thin(np.random.default_rng(seed).permutation(train), labels, share)))


def _thin(train: Indices, labels: Sequence[str], share: float) -> Iterator[Indices]:
    names = np.array([labels[place] for place in train])
    for name in np.unique(names):
        members = train[names == name]
        yield members[: max(1, round(share * len(members)))]


def planned_work(photos: int, strengths: int) -> float:
    """Return how many photos all heads of a plan learn from together, for the time that will take."""
    if photos > MOST_FOR_FOLDS:
        return photos * (strengths * (0.8 + 0.9) + 1)
    return photos * (strengths * (FOLDS - 1) * INNER_FOLDS + 1)


def held_photos(photos: int, of_class: int) -> int:
    """On how many of a class's photos a plan for so many photos measures."""
    return max(1, round(of_class / 10)) if photos > MOST_FOR_FOLDS else of_class
