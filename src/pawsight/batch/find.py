"""Words on a command line -> the photos that they mean."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pawsight.batch import remote
from pawsight.errors import NoPhotos

STDIN = "-"
ENDINGS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".avif", ".bmp")
NO_WORD = (".xmp", "thumbs.db", "desktop.ini")  # belong to photos, or to the system: nobody misses them
KINDS = 8  # that are told one by one


@dataclass(frozen=True)
class Extent:
    """How much words mean, before any of it is opened.

    Attributes:
        photos: how many.
        longest: letters of the longest path.
    """

    photos: int
    longest: int


def find(words: Sequence[str]) -> list[str]:
    """List the photos that words mean; see `walk`."""
    return list(walk(words))


def measure(words: Sequence[str]) -> Extent:
    """Count the photos that words mean, in memory that does not grow with their number; see `walk`."""
    photos = longest = 0
    for path in walk(words):
        photos, longest = photos + 1, max(longest, len(path))
    return Extent(photos, longest)


def walk(words: Sequence[str]) -> Iterator[str]:
    """Find the photos that words mean, in the order of the words; a photo named twice is found twice.

    - A folder means all in it and below it that ends like a photo, sorted by name. Hidden names (`._cat.jpg`,
      `.Trash`) are left out, and links to other folders are not followed, so that a circle of links has an end.
    - A glob, such as `*.jpg` or `**/*.png`, means what it matches, sorted, for shells that leave it as it is.
    - Anything else means itself, whatever its ending, whether or not it exists: who names a file wants to hear of it.
    - `-` means one photo on standard input.
    - An address (`s3://shelter/photos`) means the same in object storage; see `pawsight.batch.remote`.

    Only the names of one folder, and of those above it, are in memory at a time.

    Raises:
        NoPhotos: nothing was found; the message says where.
    """
    nothing = True
    for word in words:
        for photo in _meant(word):
            nothing = False
            yield photo
    if nothing:
        raise NoPhotos(
            f"Expected photos in {', '.join(map(repr, words))}, but there are none.",
            f"In folders, names that end in {', '.join(ENDINGS)} are taken; name other files one by one.",
        )


def passed_over(words: Sequence[str], beside: str = "") -> str:
    """Say what lies in folders and is not looked at, because its name is not that of a photo; empty for nothing.

    Args:
        words: as for `walk`.
        beside: a folder that does not count, nor what is below it.

    Returns:
        a sentence, the most frequent endings first; of hidden names it says nothing.
    """
    aside = os.path.realpath(beside) if beside else ""
    kinds: Counter[str] = Counter()
    for word in words:
        for folder, below, names in os.walk(word):
            below[:] = [name for name in below if not name.startswith(".")]
            if os.path.realpath(folder) == aside:
                below.clear()
                continue
            kinds.update(map(_kind, filter(_is_missed, names)))
    first = sorted(kinds, key=lambda kind: (-kinds[kind], kind))[:KINDS]
    told = [f"{kinds[kind]:,} {kind}" for kind in first]
    if others := kinds.total() - sum(kinds[kind] for kind in first):
        told.append(f"{others:,} others")
    return f"Not looked at, as their names are not those of photos: {', '.join(told)}." if told else ""


def _is_missed(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith((*ENDINGS, *NO_WORD))


def _kind(name: str) -> str:
    return os.path.splitext(name)[1].lower() or "without an ending"


def _meant(word: str) -> Iterator[str]:
    if remote.is_address(word):
        yield from remote.find(word, ENDINGS)
        return
    matches = [] if os.path.lexists(word) else sorted(glob.glob(word, recursive=True))
    for path in matches or [word]:
        if path != STDIN and os.path.isdir(path):
            yield from _inside(path)
        else:
            yield path


def _inside(folder: str) -> Iterator[str]:
    """All that ends like a photo in a folder and below it, sorted."""
    open_folders = [_entries(folder)]
    while open_folders:
        path = next(open_folders[-1], None)
        if path is None:
            open_folders.pop()
        elif path.endswith(os.sep):
            open_folders.append(_entries(path[:-1]))
        else:
            yield path


def _entries(folder: str) -> Iterator[str]:
    """What a folder holds, sorted; a folder to go on below ends with a slash.

    A folder that cannot be listed stands for itself, as if it were a photo, so that it is reported and not passed over.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name + os.sep * _is_own_folder(entry) for entry in entries if _is_taken(entry)]
    except OSError:
        return iter([folder])
    return (os.path.join(folder, name) for name in sorted(names, key=lambda name: name.rstrip(os.sep)))


def _is_taken(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return False
    return _is_own_folder(entry) or (entry.name.lower().endswith(ENDINGS) and not os.path.isdir(entry.path))


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)
