"""Photos of any classes, each with what the base model's trunk says of it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pawsight.classifier import Classifier
from pawsight.data import duplicates
from pawsight.data.scan import WINDOW, WORKERS, Photo, open_file
from pawsight.data.sources import NEITHER, File
from pawsight.errors import BadData, NoPhotos
from pawsight.learn.head import Indices
from pawsight.naming import check_name
from pawsight.parallel import in_order
from pawsight.types import Bad, Floats, Watch

LEAST = 10
# So many files are enough for a forecast, and opened in about ten seconds; fewer of a class tell too little.
FIRST_LOOK, FIRST_OF_CLASS = 2000, 20
OTHER = "other"  # another word for `neither`

_LAYOUT = "Put the photos of each class into a folder of its own: photos/tulip/1.jpg, photos/rose/2.jpg."


@dataclass(frozen=True)
class Album:
    """Photos that opened, sorted by content so that neither names nor order matter.

    Attributes:
        photos: N photos.
        features: `(N, D)` float32, of the base model's trunk.
        bad: files that did not open.
        seconds: how long opening took.
    """

    photos: list[Photo]
    features: Floats
    bad: list[Bad]
    seconds: float

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
    def twins(self) -> list[list[Photo]]:
        """Photos that are one picture, two or more of each."""
        members: dict[int, list[Photo]] = defaultdict(list)
        for photo, number in zip(self.photos, self.groups.tolist(), strict=True):
            members[number].append(photo)
        return [sorted(found, key=lambda photo: photo.path) for found in members.values() if len(found) > 1]

    @cached_property
    def distinct(self) -> dict[str, int]:
        """Label -> how many different pictures it has."""
        return Counter(label for label, _ in set(zip(self.labels, self.groups.tolist(), strict=True)))

    def joined(self, other: Album) -> Album:
        """This and other photos in one album."""
        photos = [*self.photos, *other.photos]
        features = np.concatenate([self.features, other.features])
        return _album(photos, features, [*self.bad, *other.bad], self.seconds + other.seconds)


def _album(photos: Sequence[Photo], features: Floats, bad: list[Bad], seconds: float) -> Album:
    order = sorted(range(len(photos)), key=lambda place: (photos[place].sha256, photos[place].path))
    return Album([photos[place] for place in order], features[order], bad, seconds)


def usable(files: Iterable[File]) -> list[File]:
    """The files that are worth opening: nothing hidden; `other` means `neither`."""
    return [replace(file, label=NEITHER if file.label == OTHER else file.label) for file in files if not file.clutter]


def first_look(files: Sequence[File], seed: int) -> tuple[list[File], list[File]]:
    """Part files into those to look at for the forecast, as many of each class, and the rest."""
    if len(files) <= FIRST_LOOK:
        return list(files), []
    share = max(FIRST_OF_CLASS, FIRST_LOOK // len({file.label for file in files}))
    taken: Counter[str | None] = Counter()
    first: list[File] = []
    rest: list[File] = []
    for place in np.random.default_rng(seed).permutation(len(files)):
        file = files[place]
        taken[file.label] += 1
        (first if taken[file.label] <= share else rest).append(file)
    return first, rest


def look(files: Sequence[File], base: Classifier, watch: Watch) -> Album:
    """Open files and let the base model's trunk look at them, on all processors."""

    def work(file: File) -> tuple[Photo, Floats] | Bad:
        opened = open_file(file, base.card.input.size, base.card.input.fit, base.card.input.interpolation)
        if isinstance(opened, Bad):
            return opened
        photo, pixels = opened
        return photo, base.session.run(pixels[None]).features[0]

    start = time.perf_counter()
    with closing(in_order(work, files, WORKERS, WINDOW)) as opened:
        seen = list(watch(opened, len(files), "Looking at photos"))
    good = [one for one in seen if not isinstance(one, Bad)]
    features = np.stack([features for _, features in good]) if good else np.empty((0, 1), np.float32)
    bad = [one for one in seen if isinstance(one, Bad)]
    return _album([photo for photo, _ in good], features, bad, time.perf_counter() - start)


def check_files(files: Sequence[File]) -> None:
    """Refuse what cannot be learnt from, before any file is opened.

    Raises:
        NoPhotos: there are no files.
        BadData: one class only, too few files of a class, or a class whose name cannot be a folder or is a verdict.
    """
    counts = _count(files)
    if not counts:
        raise NoPhotos("Expected a folder or zip with a folder of photos per class, but there are none.", _LAYOUT)
    classes = sorted(set(counts) - {NEITHER})
    if len(classes) < 2:
        found = f"only {classes[0]!r}" if classes else "none"
        raise BadData(f"Expected photos of at least two classes, but there is {found}.", _LAYOUT)
    for name in classes:
        check_name(name)
    _check_counts(counts, counts)


def check_album(album: Album, files: Sequence[File]) -> None:
    """Refuse classes with too few different photos.

    Raises:
        BadData: names them.
    """
    _check_counts(_count(files), album.distinct)


def is_short(album: Album, files: Sequence[File]) -> bool:
    """Whether a class has too few different photos among those looked at."""
    return bool(_short(_count(files), album.distinct))


def _count(files: Iterable[File]) -> Counter[str]:
    return Counter(file.label for file in files if file.label is not None)


def _short(files: Iterable[str], photos: Mapping[str, int]) -> list[str]:
    return [name for name in sorted(files) if photos.get(name, 0) < LEAST]


def _check_counts(files: Mapping[str, int], photos: Mapping[str, int]) -> None:
    if short := _short(files, photos):
        found = ", ".join(f"{name} has {photos.get(name, 0)} (in {files[name]} files)" for name in short)
        raise BadData(
            f"Expected at least {LEAST} different photos of each class, but {found}.",
            "Add photos, or take the folder away.",
        )
