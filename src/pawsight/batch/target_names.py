"""Names that are free in the folders that photos are sorted into."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from pawsight.batch.xmp import ENDING

LONGEST_NAME = 255  # bytes; the limit of nearly every file system


class TargetNames:
    """Chooses names in folders that may hold other files already.

    Names that differ only in case or in how a letter is composed are one name, as on the disks of Windows and macOS.

    Args:
        into: the folder that is sorted into.
    """

    def __init__(self, into: Path) -> None:
        self._into = into
        self._taken: dict[str, set[str]] = {}
        self._next: dict[tuple[str, str, tuple[str, ...]], int] = {}

    def choose(self, folder: str, name: str, rests: Sequence[str] = ()) -> str:
        """Choose a free name: `cat`, `felix.jpg` gives `cat/felix.jpg`, or `cat/felix-2.jpg` where that is taken.

        Args:
            folder: below the folder that is sorted into.
            name: of the photo.
            rests: what follows the photo's stem in the names of the files that go with it, such as `.jpg.xmp`; with
                the chosen stem these are free, too.
        """
        taken, (stem, ending) = self._names(folder), os.path.splitext(name)
        rests = [ending, *rests]
        key = folder, _folded(stem), tuple(rests)
        for number in count(self._next.get(key, 1)):
            free = _shortened(stem, f"-{number}" if number > 1 else "", rests)
            names = {_folded(free + rest) for rest in rests}
            reserved = {_folded(free + rest) for rest in (ending + ENDING, ENDING)}  # would pass for this photo's
            if not (names | reserved) & taken:
                break
        self._next[key] = max(number, self._next.get(key, 1))
        taken |= names
        return os.path.join(folder, free + ending)

    def _names(self, folder: str) -> set[str]:
        if folder not in self._taken:
            path = self._into / folder
            self._taken[folder] = {_folded(each) for each in os.listdir(path)} if path.is_dir() else set()
        return self._taken[folder]


def _shortened(stem: str, suffix: str, rests: Sequence[str]) -> str:
    """A stem with its suffix, cut so that the longest name made of it fits."""
    room = LONGEST_NAME - len(os.fsencode(suffix)) - max(len(os.fsencode(rest)) for rest in rests)
    while len(os.fsencode(stem)) > max(room, 1):
        stem = stem[:-1]
    return stem + suffix


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
