"""Words on a command line -> the photos that they mean."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence

from pawsight.errors import NoPhotos

STDIN = "-"
ENDINGS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".avif", ".bmp")


def find(words: Sequence[str]) -> list[str]:
    """List the photos that words mean, in the order of the words; a photo named twice is listed twice.

    - A folder means all in it and below it that ends like a photo, sorted by name. Hidden names (`._cat.jpg`,
      `.Trash`) are left out, and links to other folders are not followed, so that a circle of links has an end.
    - A glob, such as `*.jpg` or `**/*.png`, means what it matches, sorted, for shells that leave it as it is.
    - Anything else means itself, whatever its ending, whether or not it exists: who names a file wants to hear of it.
    - `-` means one photo on standard input.

    Raises:
        NoPhotos: nothing was found; the message says where.
    """
    found = [photo for word in words for photo in _meant(word)]
    if not found:
        raise NoPhotos(
            f"Expected photos in {', '.join(map(repr, words))}, but there are none.",
            f"In folders, names that end in {', '.join(ENDINGS)} are taken; name other files one by one.",
        )
    return found


def _meant(word: str) -> Iterator[str]:
    matches = [] if os.path.lexists(word) else sorted(glob.glob(word, recursive=True))
    for path in matches or [word]:
        if path != STDIN and os.path.isdir(path):
            yield from _inside(path)
        else:
            yield path


def _inside(folder: str) -> Iterator[str]:
    """All that ends like a photo in a folder and below it, sorted."""
    waiting = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        if is_folder:
            waiting += sorted(_entries(path), reverse=True)
        else:
            yield path


def _entries(folder: str) -> list[tuple[str, bool]]:
    """What a folder holds, as (path, whether to go on below it).

    A folder that cannot be listed stands for itself, as if it were a photo, so that it is reported and not passed over.
    """
    try:
        with os.scandir(folder) as entries:
            return [(entry.path, _is_own_folder(entry)) for entry in entries if _is_taken(entry)]
    except OSError:
        return [(folder, False)]


def _is_taken(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return False
    return _is_own_folder(entry) or (entry.name.lower().endswith(ENDINGS) and not os.path.isdir(entry.path))


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)
