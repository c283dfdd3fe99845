"""Arguments of a command line -> the photos that they stand for."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pawsight.batch import object_storage, video
from pawsight.batch.companions import RAW
from pawsight.errors import NoPhotos
from pawsight.text import printable, width

STDIN = "-"
_NAMED = 5  # wrong words that an error names
ENDINGS = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".avif", ".bmp"),
    *(".heic", ".heif", ".hif", ".tif", ".tiff", ".jxl"),
    *RAW,
)
# Folders of systems and network drives: waste, thumbnails of photos that are elsewhere, records of `pawsight sort`.
SYSTEM_FOLDERS = ("__MACOSX", "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information")


@dataclass(frozen=True)
class InputSize:
    """How much the arguments stand for, before any of it is opened.

    Attributes:
        photos: how many.
        longest: columns of a terminal that the longest path takes.
    """

    photos: int
    longest: int


def endings() -> tuple[str, ...]:
    """Return the endings that are taken in folders; those of videos where the extra video is installed."""
    return (*ENDINGS, *video.ENDINGS) if video.available() else ENDINGS


def find(words: Sequence[str]) -> list[str]:
    """List the photos that arguments stand for; see `walk`."""
    return list(walk(words))


def measure(words: Sequence[str]) -> InputSize:
    """Count the photos that arguments stand for, in memory that does not grow with their number; see `walk`."""
    photos = longest = 0
    for path in walk(words):
        photos, longest = photos + 1, max(longest, width(printable(path)))
    return InputSize(photos, longest)


def walk(words: Sequence[str]) -> Iterator[str]:
    """Find the photos that arguments stand for, in their order; a photo named twice is found twice.

    - A folder stands for everything in it and below it that ends like a photo, sorted by name. Hidden names
      (`._cat.jpg`, `.Trash`) are left out, and links to other folders are not followed, so that a circle of links has
      an end; `pawsight.batch.passed_over` names them.
    - A glob, such as `*.jpg` or `**/*.png`, stands for what it matches, sorted, for shells that leave it as it is.
    - Anything else stands for itself, whatever its ending, whether or not it exists: `check_paths` tells.
    - `-` is one photo on standard input.
    - An address (`https://example.com/cat.jpg`, `s3://shelter/photos`) is a photo on the web, or object storage; see
      `pawsight.batch.object_storage`.

    Only the names of one folder, and of those above it, are in memory at a time.

    Raises:
        NoPhotos: nothing was found; the message says where.
    """
    nothing = True
    for word in words:
        for photo in _photos_of(word):
            nothing = False
            yield photo
    if nothing:
        raise NoPhotos(
            f"There are no photos in {', '.join(map(repr, words))}.",
            f"In folders, names that end in {', '.join(endings())} are taken; name other files one by one.",
        )


def check_paths(words: Sequence[str]) -> None:
    """Check that what was named is there, before any work; see `walk` for what words stand for.

    A file that cannot be read, or that vanishes later, is a failed photo: the others go on. A wrong word is a mistake.

    Raises:
        NoPhotos: a word is neither a file nor a folder, and no pattern that matches one.
    """
    wrong = [word for word in words if word != STDIN and not object_storage.is_address(word) and _is_missing(word)]
    if wrong:
        named = ", ".join(map(repr, wrong[:_NAMED])) + (f" and {len(wrong) - _NAMED:,} more" * (len(wrong) > _NAMED))
        raise NoPhotos(f"There is nothing at {named}.", "Check the path.")


def _is_missing(word: str) -> bool:
    try:
        os.lstat(word)
    except (FileNotFoundError, NotADirectoryError):
        return not glob.glob(word, recursive=True)
    except OSError:  # reading it says what is wrong
        return False
    return False


def _photos_of(word: str) -> Iterator[str]:
    if object_storage.is_address(word):
        yield from object_storage.find(word, ENDINGS)
        return
    matches = [] if os.path.lexists(word) else sorted(glob.glob(word, recursive=True))
    for path in matches or [word]:
        if path != STDIN and os.path.isdir(path):
            yield from _inside(path)
        else:
            yield path


def _inside(folder: str) -> Iterator[str]:
    """Yield everything that ends like a photo in a folder and below it, sorted."""
    taken = endings()
    open_folders = [_entries(folder, taken)]
    while open_folders:
        path = next(open_folders[-1], None)
        if path is None:
            open_folders.pop()
        elif path.endswith(os.sep):
            open_folders.append(_entries(path[:-1], taken))
        else:
            yield path


def _entries(folder: str, taken: tuple[str, ...]) -> Iterator[str]:
    """Yield what a folder holds, sorted; a folder to go on below ends with a slash.

    A folder that cannot be listed stands for itself, as if it were a photo: it is reported, and the rest goes on.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name + os.sep * is_own_folder(entry) for entry in entries if _is_taken(entry, taken)]
    except OSError:
        return iter([folder])
    return (os.path.join(folder, name) for name in sorted(names, key=lambda name: name.rstrip(os.sep)))


def _is_taken(entry: os.DirEntry[str], taken: tuple[str, ...]) -> bool:
    if entry.name.startswith("."):
        return False
    if is_own_folder(entry):
        return entry.name not in SYSTEM_FOLDERS
    return entry.name.lower().endswith(taken) and not os.path.isdir(entry.path)


def is_own_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder and no link to one; an entry that the system does not tell about is none."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
