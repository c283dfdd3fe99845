"""What earlier sorts have put into a folder, and where a person has moved it since."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pawsight.batch.files import fingerprint
from pawsight.batch.journal import HOME, JOURNAL, Step, read_journal, records
from pawsight.batch.plan import SortPlan, read_plan


@dataclass(frozen=True)
class SortedPhoto:
    """One photo of an earlier sort.

    Attributes:
        step: the step that put it there.
        model: name and version of the model that answered.
        place: where it stands now, below the folder that is sorted into; None where it is gone.
    """

    step: Step
    model: str
    place: str | None

    @property
    def corrected(self) -> bool:
        """Whether a person has moved it to another folder."""
        return self.place is not None and os.path.dirname(self.place) != os.path.dirname(self.step.target)


@dataclass
class Inventory:
    """The photos in a folder that photos were sorted into.

    Attributes:
        into: that folder.
        photos: of earlier sorts.
        sources: path, size and modification time of the originals of these photos, as they were.
    """

    into: Path
    photos: list[SortedPhoto] = field(default_factory=list)
    sources: set[tuple[str, int, int]] = field(default_factory=set)
    _sizes: dict[int, list[Path]] = field(default_factory=dict)
    _hashes: dict[Path, str] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def holds(self, path: str) -> bool:
        """Return whether a photo is already here: the same content, under any name and in any of the folders."""
        try:
            status = os.stat(path)
            if (os.path.abspath(path), status.st_size, status.st_mtime_ns) in self.sources:
                return True
            here = self._sizes.get(status.st_size, [])
            return bool(here) and self._has(fingerprint(Path(path)), here)
        except OSError:  # reading it for an answer says what is wrong with it
            return False

    def add(self, step: Step, plan: SortPlan) -> None:
        """Note a photo that has just been sorted, so that `holds` knows it."""
        self.sources.add((os.path.join(plan.folder, step.source), step.bytes, step.mtime_ns))
        self._known.add(step.sha256)
        self._sizes.setdefault(step.bytes, []).append(self.into / step.target)

    @property
    def corrected(self) -> list[SortedPhoto]:
        """The photos that a person has moved to another folder."""
        return [photo for photo in self.photos if photo.corrected]

    def _has(self, sha256: str, here: list[Path]) -> bool:
        if sha256 in self._known:
            return True
        for path in here:
            if path not in self._hashes:
                self._hashes[path] = fingerprint(path)
        return sha256 in {self._hashes[path] for path in here}


def read_inventory(into: Path) -> Inventory:
    """Read the records of all sorts into a folder, and look for each photo where it stands now.

    Raises:
        BadSort: a journal or a plan does not read.
    """
    inventory, last = Inventory(into), _last_steps(into)
    places = locate(into, [placed.step for placed in last])
    for placed in last:
        place = places.get(placed.step.target)
        inventory.photos.append(SortedPhoto(placed.step, placed.model, str(place.relative_to(into)) if place else None))
        if place:
            inventory.sources.add(placed.source)
            inventory._known.add(placed.step.sha256)
    if last or into.is_dir():
        inventory._sizes = _by_size(into)
    return inventory


def locate(into: Path, steps: Iterable[Step]) -> dict[str, Path]:
    """Find the files that steps have put into a folder: at their targets or, by content, where a person moved them.

    Returns:
        The target of each file that was found -> its path now. A file that was edited in its place counts as found.
    """
    found: dict[str, Path] = {}
    lost: list[Step] = []
    for step in steps:
        path = into / step.target
        if _is_there(path, step):
            found[step.target] = path
        else:
            lost.append(step)
    sizes = _by_size(into, without=set(found.values())) if lost else {}
    for step in lost:
        name = os.path.basename(step.target)
        same = [path for path in sizes.get(step.bytes, ()) if _has_content(path, step.sha256)]
        if same:
            found[step.target] = next((path for path in same if path.name == name), same[0])
            sizes[step.bytes].remove(found[step.target])
    claimed = set(found.values())  # a file that replaced another is its own, not the other one edited
    for step in lost:
        if step.target not in found and os.path.lexists(into / step.target) and into / step.target not in claimed:
            found[step.target] = into / step.target
    return found


@dataclass(frozen=True)
class _Placed:
    """The last step that placed a photo, the model, and path, size and modification time of its original."""

    step: Step
    model: str
    source: tuple[str, int, int]


def _last_steps(into: Path) -> list[_Placed]:
    last: dict[str, _Placed] = {}
    for record in records(into):
        plan, done = read_plan(record), read_journal(record / JOURNAL).steps
        for number, step in enumerate(plan.steps):
            if number in done and step.verdict:
                source = os.path.join(plan.folder, step.source), step.bytes, step.mtime_ns
                last[step.target] = _Placed(step, plan.model, _replaced(last, step) if step.refile else source)
    return list(last.values())


def _replaced(last: dict[str, _Placed], step: Step) -> tuple[str, int, int]:
    """Drop where a photo stood before it was sorted again, and return its original."""
    folder = os.path.dirname(step.source)
    names = [
        name
        for name, placed in last.items()
        if name == step.source or (placed.step.sha256 == step.sha256 and os.path.dirname(name) == folder)
    ]
    return last.pop(names[0]).source if names else ("", 0, 0)


def _is_there(path: Path, step: Step) -> bool:
    """Return whether a file is the one that a step put there, by size and time, which no move changes, or content."""
    try:
        status = path.stat()
    except OSError:
        return False
    if (status.st_size, status.st_mtime_ns) == (step.bytes, step.mtime_ns) and step.mtime_ns:
        return True
    return status.st_size == step.bytes and _has_content(path, step.sha256)


def _has_content(path: Path, sha256: str) -> bool:
    try:
        return fingerprint(path) == sha256
    except OSError:
        return False


def _by_size(into: Path, without: set[Path] | None = None) -> dict[int, list[Path]]:
    sizes: dict[int, list[Path]] = defaultdict(list)
    for path in _files(into):
        if not without or path not in without:
            sizes[path.stat().st_size].append(path)
    return sizes


def _files(into: Path) -> Iterator[Path]:
    """Return all files below a folder but for the records; links are not followed."""
    for folder, below, names in os.walk(into):
        below[:] = sorted(name for name in below if name != HOME)
        yield from (path for name in sorted(names) if (path := Path(folder, name)).is_file() and not path.is_symlink())
