"""Photos of any classes, each with what the base model's trunk says of it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from pawsight.classifier import Classifier
from pawsight.data import duplicates
from pawsight.data.layout import SourceFile, is_system_file
from pawsight.data.scan import WINDOW, WORKERS, ScannedPhoto, open_file
from pawsight.data.sources import NEITHER
from pawsight.errors import BadData, NoPhotos
from pawsight.learn.head import Indices
from pawsight.learn.outliers import OutlierBank
from pawsight.model.class_names import check_names, same_class
from pawsight.parallel import in_order
from pawsight.types import Floats, ProgressHook, RejectedFile

LEAST, ENOUGH = 3, 10  # different photos of a class: to learn it, and for an estimate that says much
# So many files are enough for a forecast, and opened in about ten seconds; fewer of a class show too little.
FIRST, FIRST_OF_CLASS = 2000, 20
OTHER = "other"  # another word for `neither`

_LAYOUT = "Put the photos of each class into a folder of its own: photos/tulip/1.jpg, photos/rose/2.jpg."


@dataclass(frozen=True)
class LabeledPhotos:
    """Photos that opened, sorted by content so that neither names nor order matter.

    Attributes:
        photos: N photos.
        features: `(N, D)` float32, of the base model's trunk.
        bad: files that did not open.
        opened: files that were opened.
        seconds: how long that took.
        outliers: photos of other things, which come with the base model.
        exclusive: whether a photo shows one class at most. Otherwise a picture that lies in the folders of several
            classes shows them all.
        left_out: classes with too few different photos to be learned, and how many each has; `photos` has none of them.
    """

    photos: list[ScannedPhoto]
    features: Floats
    bad: list[RejectedFile]
    opened: int
    seconds: float
    outliers: OutlierBank
    exclusive: bool = True
    left_out: dict[str, int] = field(default_factory=dict)

    @cached_property
    def labels(self) -> list[str]:
        """N names: a class, or `neither`."""
        return [photo.label for photo in self.photos]

    @cached_property
    def classes(self) -> list[str]:
        """C names, sorted; without `neither`."""
        return sorted(set(self.labels) - {NEITHER})

    @cached_property
    def targets(self) -> Floats:
        """`(N, C)` float32, 1 where the photo shows the class, else 0; all 0 for `neither`."""
        shown: Floats = (np.array(self.labels)[:, None] == np.array(self.classes)).astype(np.float32)
        if not self.exclusive:
            for group in np.unique(self.groups):
                shown[self.groups == group] = shown[self.groups == group].max(axis=0)
        return shown

    @cached_property
    def digests(self) -> list[str]:
        """SHA-256 of each photo."""
        return [photo.sha256 for photo in self.photos]

    @cached_property
    def groups(self) -> Indices:
        """`(N,)` int64: photos with equal numbers are twins."""
        return duplicates.group(
            self.digests, [photo.phash for photo in self.photos], [photo.thumbnail for photo in self.photos]
        )

    @cached_property
    def twins(self) -> list[list[ScannedPhoto]]:
        """Photos that are one picture, two or more of each."""
        members: dict[int, list[ScannedPhoto]] = defaultdict(list)
        for photo, number in zip(self.photos, self.groups.tolist(), strict=True):
            members[number].append(photo)
        return [sorted(found, key=lambda photo: photo.path) for found in members.values() if len(found) > 1]

    @cached_property
    def distinct(self) -> dict[str, int]:
        """Label -> how many different pictures it has."""
        return Counter(label for label, _ in set(zip(self.labels, self.groups.tolist(), strict=True)))

    def joined(self, other: LabeledPhotos) -> LabeledPhotos:
        """This and other photos together."""
        photos = [*self.photos, *other.photos]
        features = np.concatenate([self.features, other.features])
        order = _by_content(photos)
        return replace(
            self,
            photos=[photos[place] for place in order],
            features=features[order],
            bad=[*self.bad, *other.bad],
            opened=self.opened + other.opened,
            seconds=self.seconds + other.seconds,
        )

    def without_labels(self, left_out: dict[str, int]) -> LabeledPhotos:
        """Leave the photos of some classes out, and record how many different ones each has."""
        kept = [place for place, label in enumerate(self.labels) if label not in left_out]
        photos = [self.photos[place] for place in kept]
        return replace(self, photos=photos, features=self.features[kept], left_out={**self.left_out, **left_out})

    def without_outliers(self, kinds: Iterable[str]) -> LabeledPhotos:
        """Leave kinds out of the bank."""
        return replace(self, outliers=self.outliers.without(kinds))

    @property
    def in_several(self) -> list[list[ScannedPhoto]]:
        """Pictures that lie in the folders of several classes."""
        return [twins for twins in self.twins if len({photo.label for photo in twins}) > 1]


def _by_content(photos: Sequence[ScannedPhoto]) -> list[int]:
    return sorted(range(len(photos)), key=lambda place: (photos[place].sha256, photos[place].path))


def usable(files: Iterable[SourceFile]) -> list[SourceFile]:
    """Return the files that are worth opening; `other` means `neither`. Hidden photos stay, without a class: opening
    one says that it is not used."""
    return [replace(file, label=_label(file)) for file in files if not is_system_file(file.path)]


def _label(file: SourceFile) -> str | None:
    if file.clutter or file.label is None:
        return None
    return NEITHER if same_class(file.label) == OTHER else file.label


def choose_first(files: Sequence[SourceFile], seed: int) -> tuple[list[SourceFile], list[SourceFile]]:
    """Part files into those to look at for the forecast, as many of each class, and the rest."""
    if len(files) <= FIRST:
        return list(files), []
    share = max(FIRST_OF_CLASS, FIRST // len({file.label for file in files}))
    taken: Counter[str | None] = Counter()
    first: list[SourceFile] = []
    rest: list[SourceFile] = []
    for place in np.random.default_rng(seed).permutation(len(files)):
        file = files[place]
        taken[file.label] += 1
        (first if taken[file.label] <= share else rest).append(file)
    return first, rest


def read_photos(
    files: Sequence[SourceFile], base: Classifier, bank: OutlierBank, watch: ProgressHook, *, exclusive: bool = True
) -> LabeledPhotos:
    """Open files and run the base model's trunk on them, on all processors."""

    def work(file: SourceFile) -> tuple[ScannedPhoto, Floats] | RejectedFile:
        opened = open_file(file, base.card.input.size, base.card.input.fit, base.card.input.interpolation)
        if isinstance(opened, RejectedFile):
            return opened
        photo, pixels = opened
        return photo, base.session.run(pixels[None]).features[0]

    start = time.perf_counter()
    with closing(in_order(work, files, WORKERS, WINDOW)) as opened:
        seen = list(watch(opened, len(files), "Looking at photos"))
    good = [one for one in seen if not isinstance(one, RejectedFile)]
    features = np.stack([features for _, features in good]) if good else np.empty((0, 1), np.float32)
    bad = [one for one in seen if isinstance(one, RejectedFile)]
    photos = [photo for photo, _ in good]
    order, seconds = _by_content(photos), time.perf_counter() - start
    outliers = bank.without({photo.label for photo in photos})
    ordered = [photos[place] for place in order]
    return LabeledPhotos(ordered, features[order], bad, len(files), seconds, outliers, exclusive)


def check_files(files: Sequence[SourceFile]) -> None:
    """Refuse what cannot be learned from, before any file is opened.

    Raises:
        NoPhotos: there are no files.
        BadData: fewer than two classes have enough files, or the name of a class cannot be a folder or is a verdict.
    """
    counts = _count(files)
    if not counts:
        raise NoPhotos("Expected a folder or zip with a folder of photos per class, but there are none.", _LAYOUT)
    classes = sorted(set(counts) - {NEITHER})
    check_names(classes)
    if len(classes) < 2:
        found = f"only {classes[0]!r}" if classes else "none"
        raise BadData(f"Expected photos of at least two classes, but there is {found}.", _LAYOUT)
    _require_two({name: (counts[name], counts[name]) for name in classes})


def leave_out_short(labeled: LabeledPhotos, files: Sequence[SourceFile]) -> LabeledPhotos:
    """Leave out the classes, or `neither`, that have fewer than `LEAST` different photos.

    Args:
        labeled: the photos that were opened.
        files: all files, opened or not.

    Raises:
        BadData: fewer than two classes remain.
    """
    counts = _count(files)
    short = {name: labeled.distinct.get(name, 0) for name in _short(counts, labeled) if name not in labeled.left_out}
    known = {**labeled.distinct, **labeled.left_out}
    _require_two({name: (known.get(name, 0), count) for name, count in counts.items() if name != NEITHER})
    return labeled.without_labels(short) if short else labeled


def needs_more(labeled: LabeledPhotos, files: Sequence[SourceFile]) -> bool:
    """Return whether a class has enough files, but too few different photos among those opened."""
    counts = _count(files)
    return any(counts[name] >= LEAST for name in _short(counts, labeled))


def _count(files: Iterable[SourceFile]) -> Counter[str]:
    return Counter(file.label for file in files if file.label is not None)


def _short(counts: Counter[str], labeled: LabeledPhotos) -> list[str]:
    return [name for name in sorted(counts) if labeled.distinct.get(name, 0) < LEAST]


def _require_two(classes: dict[str, tuple[int, int]]) -> None:
    """Require two classes with enough photos; each class is given with its different photos and its files."""
    short = [name for name, (photos, _) in sorted(classes.items()) if photos < LEAST]
    if len(classes) - len(short) < 2:
        found = ", ".join(f"{name} has {classes[name][0]} (in {_files(classes[name][1])})" for name in short)
        raise BadData(
            f"At least {LEAST} different photos of each of two classes are needed, but {found}.", "Add photos."
        )


def _files(number: int) -> str:
    return f"{number:,} file" + "s" * (number != 1)
