"""What lies in folders and is not looked at: other files, videos, hidden photos, links to folders."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pawsight.batch import video
from pawsight.batch.companions import companions
from pawsight.batch.find import ENDINGS, SYSTEM_FOLDERS, endings
from pawsight.batch.journal import HOME
from pawsight.extras import install_hint

SHOWN = 8  # kinds and names that are listed one by one
_NOT_MISSED = (".xmp", "thumbs.db", "desktop.ini")  # belong to photos, or to the system
_SYSTEM_HIDDEN = (
    HOME,
    ".git",
    ".thumbnails",
    ".fseventsd",
    ".Spotlight-V100",
    ".DocumentRevisions-V100",
    ".TemporaryItems",
)


@dataclass
class _Found:
    kinds: Counter[str] = field(default_factory=Counter)
    videos: int = 0
    hidden: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def passed_over(words: Sequence[str], except_below: str = "") -> str:
    """Say what lies in folders and is not looked at.

    Args:
        words: as for `pawsight.batch.find.walk`.
        except_below: a folder that does not count, nor what is below it.

    Returns:
        sentences, the most frequent kinds first; empty where nothing is passed over.
    """
    found = _Found()
    aside = os.path.realpath(except_below) if except_below else ""
    for word in words:
        for folder, below, names in os.walk(word):
            if os.path.realpath(folder) == aside:
                below.clear()
                continue
            _look(found, folder, below, names)
    return " ".join(_sentences(found))


def _look(found: _Found, folder: str, below: list[str], names: list[str]) -> None:
    for name in below:
        if name.startswith("."):
            found.hidden += [name + os.sep] if not name.startswith((".Trash", *_SYSTEM_HIDDEN)) else []
        elif os.path.islink(os.path.join(folder, name)):
            found.links.append(name)
    below[:] = [name for name in below if not name.startswith(".") and name not in SYSTEM_FOLDERS]
    found.hidden += [name for name in names if _is_hidden_photo(name)]
    for name in _without_companions(names):
        if name.startswith(".") or name.lower().endswith((*endings(), *_NOT_MISSED)):
            continue
        if video.is_video(name):
            found.videos += 1
        else:
            found.kinds[os.path.splitext(name)[1].lower() or "without an ending"] += 1


def _is_hidden_photo(name: str) -> bool:
    """Return whether a hidden name is that of a photo, and not what macOS keeps about one."""
    return name.startswith(".") and not name.startswith("._") and name.lower().endswith(ENDINGS)


def _without_companions(names: list[str]) -> set[str]:
    """Leave out the names of files that go with a photo: sidecars, the RAW of a pair, the clip of a Live Photo."""
    photos = [name for name in names if name.lower().endswith(ENDINGS)]
    return set(names).difference(*companions(names, photos).values())


def _sentences(found: _Found) -> Iterator[str]:
    if found.kinds:
        first = sorted(found.kinds, key=lambda kind: (-found.kinds[kind], kind))[:SHOWN]
        kinds = [f"{found.kinds[kind]:,} {kind}" for kind in first]
        if others := found.kinds.total() - sum(found.kinds[kind] for kind in first):
            kinds.append(f"{others:,} others")
        yield f"Not looked at, as their names are not those of photos: {', '.join(kinds)}."
    if found.hidden:
        yield f"Not looked at, as they are hidden: {_listed(found.hidden)}."
    if found.links:
        yield f"Not looked at, as they are links to folders: {_listed(found.links)}."
    if found.videos:
        hint = install_hint("video")  # last, and without a dot behind it: to be pasted
        yield f"Not looked at: {found.videos:,} video{'s'[: found.videos != 1]}. {hint}"


def _listed(names: Iterable[str]) -> str:
    names = sorted(names)
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")
