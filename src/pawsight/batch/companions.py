"""Files that belong to a photo and go where it goes: sidecars, the RAW of a RAW+JPEG pair, the clip of a Live Photo.

Two spellings are in use, in any mix of upper and lower case: the ending replaces the photo's (`IMG_1.xmp`, Adobe's
and Apple's way) or follows it (`IMG_1.jpg.xmp`, darktable's and digiKam's).
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path

RAW = (".cr2", ".cr3", ".nef", ".arw", ".dng", ".raf", ".orf", ".rw2", ".pef", ".srw")
CLIPS = (".mov", ".mp4")  # of a Live Photo or motion photo
_SIDECARS = (".xmp", ".aae", ".thm", ".pp3", ".dop", ".vrd", ".wav")
_AFTER_NAME_ONLY = (".json",)  # Google Takeout; `IMG_1.json` alone could be anything
_TAKEOUT = ".supplemental-metadata"
_VERSION = re.compile(r"_\d\d(?=\.[^.]+$)")  # darktable's second edit of IMG_1.jpg: IMG_1_01.jpg.xmp


def companions(names: Iterable[str], photos: Collection[str]) -> dict[str, list[str]]:
    """Assign the files of one folder to its photos.

    Args:
        names: of all files in the folder.
        photos: those of them that are photos or clips by their names.

    Returns:
        Each photo, and the files that go with it, sorted. A RAW or a clip with the name of a photo goes with that photo
        and has no entry of its own. Photos whose names differ only in capitals are two photos.
    """
    leads = {name: name for name in sorted(photos) if not _follows(name)}
    stems = _any_case({_stem(name): name for name in reversed(leads)})
    for name in sorted(name for name in photos if _follows(name)):
        lead = _lookup(stems, _stem(name))
        if lead is None or _folded(lead) == _folded(name):  # alone, or the RAW of a clip: a photo in its own right
            lead = name
        stems.setdefault(_folded(_stem(name)), lead)
        leads[name] = lead
    owners, found = _any_case(leads), {lead: list[str]() for lead in leads.values()}
    for name in names:
        owner = leads.get(name) or _owner(name, owners, stems)
        if owner and owner != name:
            found[owner].append(name)
    return {name: sorted(belonging) for name, belonging in found.items()}


def _any_case(table: dict[str, str]) -> dict[str, str]:
    """Return a table whose names are also found in other capitals, by `_lookup`; the exact name wins."""
    folded = {_folded(name): owner for name, owner in reversed(table.items())}
    return folded | table


def _lookup(table: dict[str, str], name: str) -> str | None:
    return table.get(name) or table.get(_folded(name))


def in_folders(paths: Iterable[str]) -> dict[str, list[str]]:
    """Assign files to the photos of several folders, given by their paths; see `companions`.

    Returns:
        The path of each photo that is one in its own right -> the paths of what goes with it. Links and hidden files
        never go with a photo.
    """
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(os.path.dirname(path), []).append(os.path.basename(path))
    found = {}
    for folder, photos in folders.items():
        for photo, names in companions({*_files(folder), *photos}, photos).items():
            found[os.path.join(folder, photo)] = [os.path.join(folder, name) for name in names]
    return found


def sidecars(photo: Path) -> list[Path]:
    """The files that go with one photo, where it stands now."""
    return [Path(path) for path in in_folders([str(photo)])[str(photo)]]


def rest_of(companion: str, photo: str) -> str:
    """Return what follows the photo's stem in the name of its companion: `.xmp`, `.jpg.xmp`, `_01.jpg.xmp`."""
    return companion[len(_stem(photo)) :]


def _files(folder: str) -> list[str]:
    try:
        with os.scandir(folder or os.curdir) as entries:
            return [one.name for one in entries if not one.name.startswith(".") and one.is_file(follow_symlinks=False)]
    except OSError:  # of a closed folder the photos themselves are named
        return []


def _owner(name: str, owners: dict[str, str], stems: dict[str, str]) -> str | None:
    base, ending = os.path.splitext(name)
    if ending.lower() not in (*_SIDECARS, *_AFTER_NAME_ONLY, *CLIPS, *RAW):
        return None
    full = base.removesuffix(_TAKEOUT)
    owner = _lookup(owners, full) or _lookup(owners, _VERSION.sub("", full))
    if not owner and _follows(full):  # the sidecar of the RAW of a pair
        owner = _lookup(stems, _stem(full))
    if owner or ending.lower() in _AFTER_NAME_ONLY:
        return owner
    return _lookup(stems, base)


def _follows(name: str) -> bool:
    return name.lower().endswith((*RAW, *CLIPS))


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]


def _folded(name: str) -> str:
    return name.casefold()
