"""What names say: the class of each file, whether it is a photo, and ready-made splits.

Classes are folders (`Cat/1.jpg`, `Dog/2.jpg`), or stand in the names of files (`cat.0.jpg`). Their capitals are kept;
names that differ only in capitals or in how Unicode writes them are one class.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from pawsight.data.sources import NEITHER, Source
from pawsight.model.class_names import normalize, same_class
from pawsight.types import LOCAL_LIMITS, Limits

_FLAT = re.compile(r"(?P<label>[^.]+)\.[^.]+\.[^.]+")
_UNLABELED = re.compile(r"test\d*", re.IGNORECASE)
_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_SYSTEM_FILES = (".DS_Store", "Icon\r")


@dataclass(frozen=True)
class SourceFile:
    """One file to look at.

    Attributes:
        path: the source's name, `/`, and the file's name in it: what people are shown.
        label: class, `neither`, or None where no rule gives one.
        clutter: it is hidden, or in a hidden folder, or in what macOS adds to a ZIP; not worth opening.
        read: returns the content; raises ImageError.
        kind: folder of a photo of neither inside its source, such as `creatures/cow`; empty for photos of a class.
        split: `train`, `validation` or `test` where the source is split already; else empty.
        limits: what the photo may cost.
    """

    path: str
    label: str | None
    clutter: bool
    read: Callable[[], bytes]
    kind: str = ""
    split: str = ""
    limits: Limits = LOCAL_LIMITS


def list_files(source: Source, name: str) -> list[SourceFile]:
    """List all files of a source; its layout gives labels and splits.

    Args:
        source: an open source.
        name: what `name_sources` calls it.
    """
    members = source.members()
    flat, is_split = _is_flat(members), _is_split(members)
    files = []
    for member in members:
        label, split = _label_and_split(member, flat, is_split)
        files.append(_file(source, name, member, label, split=split))
    return _one_spelling(files)


def list_outliers(source: Source, name: str, classes: Collection[str]) -> list[SourceFile]:
    """List all files of a source whose photos show none of the classes, and the kind of thing that each shows.

    A folder named like a class holds photos of that class: `drawn/dog` is a dog, though `drawn/horse` is neither.

    Args:
        source: an open source.
        name: what `name_sources` calls it.
        classes: labels of the classes.
    """
    known = {same_class(label): label for label in classes}
    return [_outlier(source, name, member, known) for member in source.members()]


def _outlier(source: Source, name: str, member: str, known: dict[str, str]) -> SourceFile:
    folder = PurePosixPath(member).parent
    if label := known.get(same_class(folder.name)):
        return _file(source, name, member, label)
    return _file(source, name, member, NEITHER, str(folder) if folder.name else PurePosixPath(name).stem)


def _file(source: Source, name: str, member: str, label: str | None, kind: str = "", split: str = "") -> SourceFile:
    read = partial(source.read, member)
    return SourceFile(f"{name}/{member}", label, is_clutter(member), read, kind, split, source.limits)


def respell(files: Iterable[SourceFile], classes: Collection[str]) -> list[SourceFile]:
    """Spell classes as others are spelled, where they are the same ones but for capitals.

    Args:
        files: of a source.
        classes: names to take over, such as those of a shipped model.
    """
    files, known = list(files), {same_class(name): name for name in classes}
    labels = {file.label for file in files if file.label and not file.clutter} - {NEITHER}
    if {same_class(label) for label in labels} != set(known):
        return files
    return [replace(file, label=known.get(same_class(file.label or ""), file.label)) for file in files]


def _one_spelling(files: list[SourceFile]) -> list[SourceFile]:
    """Give names that look the same the spelling that most of their photos have."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for file in files:
        if file.label:
            spellings[same_class(file.label)][normalize(file.label)] += 1
    chosen = {key: min(found, key=lambda name: (-found[name], name)) for key, found in spellings.items()}
    chosen[NEITHER] = NEITHER
    return [replace(file, label=chosen[same_class(file.label)]) if file.label else file for file in files]


def _is_flat(members: list[str]) -> bool:
    """Return whether labels stand in the names: most files are called like `cat.0.jpg`, and those lie in one folder.

    A folder of classes is not flat because the names in one class hold a dot: there, other folders hold photos, too.
    """
    paths = [PurePosixPath(member) for member in members if not is_clutter(member)]
    named = [path for path in paths if _FLAT.fullmatch(path.name)]
    homes = {_class_folders(path) for path in named}
    if 2 * len(named) <= len(paths) or len(homes) != 1:
        return False
    (home,) = homes
    others = [folders for path in paths if (folders := _class_folders(path)) != home[: len(folders)]]
    return all(_UNLABELED.fullmatch(folders[-1]) for folders in others)


def _class_folders(path: PurePosixPath) -> tuple[str, ...]:
    """Return the folders that a file lies in, without those that name a split."""
    return tuple(part for part in path.parent.parts if part.lower() not in _SPLITS)


def _is_split(members: list[str]) -> bool:
    """Return whether the source is split already: every labeled file lies in one of at least two such folders."""
    paths = [PurePosixPath(member) for member in members if not is_clutter(member)]
    found = [_split_part(path) for path in paths if len(path.parts) > 1]
    kinds = {_SPLITS[part] for part in found if part}
    return len(kinds) > 1 and "train" in kinds and all(found)


def _split_part(path: PurePosixPath) -> str:
    """Return the folder of a path that names a split, in lower case; empty where none or several do."""
    parts = [part.lower() for part in path.parent.parts if part.lower() in _SPLITS]
    return parts[0] if len(parts) == 1 else ""


def _label_and_split(member: str, flat: bool, is_split: bool) -> tuple[str | None, str]:
    path = PurePosixPath(member)
    split = _SPLITS.get(_split_part(path), "") if is_split else ""
    if flat:
        match = _FLAT.fullmatch(path.name)
        return (match["label"] if match else None), split
    folders = [part for part in path.parent.parts if not (split and part.lower() in _SPLITS)]
    return (folders[-1] if folders else None), split


def is_clutter(member: str) -> bool:
    """Return whether a name is hidden, in a hidden folder, or one that a system left behind."""
    path = PurePosixPath(member)
    return path.name in _SYSTEM_FILES or any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def is_system_file(member: str) -> bool:
    """Return whether a name is one of the files that systems leave in folders, such as `.DS_Store`."""
    path = PurePosixPath(member)
    return path.name in _SYSTEM_FILES or any(
        part.startswith(("._", ".Trash")) or part == "__MACOSX" for part in path.parts
    )
