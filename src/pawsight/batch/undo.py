"""Undo a sort: every name, place and time as it was.

Undo keeps no journal of its own. It looks at the files themselves, which are the same after a kill half-way, and so it
can be started again as often as need be. It never removes a file that is not the one that the sort put there, nor the
last copy of a photo. A photo that a person moved to another folder since is found by its content; sidecars that came
later go back with their photo.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pawsight.batch import files
from pawsight.batch.companions import rest_of, sidecars
from pawsight.batch.files import PART
from pawsight.batch.inventory import locate
from pawsight.batch.journal import HOME, JOURNAL, PLAN, Header, Journal, Step, read_journal, records
from pawsight.batch.plan import SkippedFile, read_plan
from pawsight.batch.source_folder import Relocation, find_source, unmark
from pawsight.errors import BadSort

CHANGED = "It was changed since it was sorted."


@dataclass
class UndoReport:
    """What undo did apart from the plain steps.

    Attributes:
        moved_by_hand: photos that a person had moved since, and that are back, too.
        changed: sidecars that were changed or made since and went back with their photo, by their path now.
        left: what undo found and did not restore, with the reason: it is no part of the sort.
    """

    moved_by_hand: int = 0
    changed: list[str] = field(default_factory=list)
    left: list[SkippedFile] = field(default_factory=list)


def newest(into: Path) -> Path:
    """Return the records of the newest sort, which is undone first because later sorts build on earlier ones.

    Args:
        into: a folder that photos were sorted into, or a journal in it.

    Raises:
        BadSort: nothing was sorted into it.
    """
    home = into.parents[2] if into.name == JOURNAL and into.is_file() else into
    if not (found := records(home)):
        raise BadSort(f"Nothing was sorted into {into}: there is no {HOME} folder in it.", "Check the path.")
    return found[-1]


class Undo:
    """The undoing of one sort.

    Args:
        record: the folder of its records.
        folder: where the folder that was sorted is now, for when it cannot be found.

    Raises:
        BadSort: the folder that was sorted is not found, or the journal is damaged.
    """

    def __init__(self, record: Path, folder: Path | None = None) -> None:
        self.record, self.into = record, record.parents[1]
        self.report = UndoReport()
        read = read_journal(record / JOURNAL)
        self._header, self._steps = read.header or _unknown(self.into), read.steps
        self._begun = bool(read.header)
        if not self._begun:
            _check_unbegun(record)
        self._folder = find_source(self._header, self.into, self._steps.values(), folder)
        self._places: dict[str, Path] = {}

    @property
    def steps(self) -> int:
        """How many steps there are to undo."""
        return len(self._steps)

    def run(self) -> Iterator[SkippedFile | None]:
        """Undo every step that may have happened, last first.

        Yields:
            For each: None where all is as it was, else the file that stays, and why.

        Raises:
            BadSort: another process works in the folder.
        """
        if not self._begun:
            return
        with Journal(self.record / JOURNAL) as journal:
            with suppress(OSError):  # a full disk takes no mark, and needs undo most
                journal.undo()
            self._places = locate(self.into, self._steps.values())
            for _, step in sorted(self._steps.items(), reverse=True):
                try:
                    reason = self._undo(step)
                except OSError as error:
                    reason = f"It cannot be restored ({error.strerror or error})."
                place = self._places.get(step.target, self.into / step.target)
                yield SkippedFile(str(place), reason) if reason else None

    def clear(self, stays: Sequence[SkippedFile]) -> None:
        """Remove the folders that the sort made, where they are empty, and its records; restore the times of folders.

        Args:
            stays: files that could not be restored; if there are any, the records stay for the next undo.
        """
        header, places = self._header, Relocation(self._header, self._folder, self.into)
        made = [path for name in header.made if (path := places.now(str(Path(header.into, name))))]
        times = {path: time for name, time in header.times.items() if (path := places.now(name))}
        if not stays:
            _remove_empty([path for path in made if path.parent == self.into and path.name != HOME])
            unmark(self._folder, header.id)
            _restore({path: time for path, time in times.items() if not self.into.is_relative_to(path)})
            (self.record / JOURNAL).unlink(missing_ok=True)
            shutil.rmtree(self.record)
        _remove_empty(made)
        self._name_what_is_left(made, {Path(one.path) for one in stays})
        _restore(times)

    def _name_what_is_left(self, made: list[Path], stays: set[Path]) -> None:
        """A folder that the sort made and that is still there holds something that the sort did not put there."""
        known = {self.into / HOME, *stays, *(Path(one.path) for one in self.report.left)}
        for folder in (path for path in made if path.is_dir() and path != self.into / HOME):
            for path in sorted(folder.iterdir()):
                if path not in known and path not in made:
                    self.report.left.append(SkippedFile(str(path), "It is no part of the sort, and stays."))

    def _undo(self, step: Step) -> str:
        """Undo one step; return the reason where it cannot be done."""
        source = (self.into if step.refile else self._folder) / step.source
        place = self._places.get(step.target)
        if place is None:
            lost = step.do == "move" and not source.exists()
            return "It is neither here nor in its old place: it was moved or removed since." if lost else ""
        if place.stat().st_size == 0 < step.bytes:  # only its name was taken
            if step.do == "move" and not source.exists():
                return "It was emptied since it was sorted."
            place.unlink()
            return ""
        reason = self._bring_back(step, source, place) if step.do == "move" else self._remove(step, source, place)
        if not reason and os.path.dirname(self.into / step.target) != str(place.parent) and step.verdict:
            self.report.moved_by_hand += 1
        return reason

    def _bring_back(self, step: Step, source: Path, place: Path) -> str:
        changed = files.fingerprint(place) != step.sha256
        if changed and step.verdict:
            return CHANGED
        if source.exists() and source.stat().st_size and (changed or files.fingerprint(source) != step.sha256):
            return "Its old place is taken by another file."
        later = self._later_sidecars(step, place)
        if source.exists() and source.stat().st_size:  # sort copied it to another disk, or undo back from there
            place.unlink()
        else:
            _bring(place, source)
        if changed:
            self.report.changed.append(str(source))
        else:
            self._restore_time(step, source)
        for sidecar in later:
            self._follow(sidecar, source.with_name(Path(step.source).stem + rest_of(sidecar.name, place.name)))
        return ""

    def _restore_time(self, step: Step, source: Path) -> None:
        if (status := source.stat()).st_mtime_ns == step.mtime_ns:
            return
        try:
            os.utime(source, ns=(status.st_atime_ns, step.mtime_ns))
        except OSError as error:
            reason = f"It is back, but its file system does not take its time ({error.strerror or error})."
            self.report.left.append(SkippedFile(str(source), reason))

    def _remove(self, step: Step, source: Path, place: Path) -> str:
        if step.do == "link" and source.exists() and source.samefile(place):
            return self._removed(step, place)
        if files.fingerprint(place) != step.sha256:
            return self._take_home(step, place) if step.do == "write" else CHANGED
        if step.source and not (source.exists() and files.fingerprint(source) == step.sha256):
            return "Its original is gone or was changed, so this is the last copy."
        return self._removed(step, place)

    def _removed(self, step: Step, place: Path) -> str:
        later = self._later_sidecars(step, place)
        place.unlink()
        reason = "It was made next to a copy of a photo, which is gone; its original has no such file."
        self.report.left += [SkippedFile(str(path), reason) for path in later]
        return ""

    def _take_home(self, step: Step, place: Path) -> str:
        """Move a sidecar that the sort wrote and another program changed next to the photo that was moved."""
        if self._header.mode != "move":
            return CHANGED
        photo = next(one for one in self._steps.values() if one.verdict and step.target.startswith(one.target))
        self._follow(place, self._folder / (photo.source + step.target[len(photo.target) :]))
        return ""

    def _later_sidecars(self, step: Step, place: Path) -> list[Path]:
        """Files that go with a photo and were made after it was sorted."""
        if not step.verdict:
            return []
        known = {self.into / one.target for one in self._steps.values()}
        return [path for path in sidecars(place) if path not in known]

    def _follow(self, sidecar: Path, home: Path) -> None:
        if home.exists():
            reason = "A file with its name is already next to its photo."
            self.report.left.append(SkippedFile(str(sidecar), reason))
        else:
            _bring(sidecar, home)
            self.report.changed.append(str(home))


def _check_unbegun(record: Path) -> None:
    """Check that a sort whose journal has no header was indeed stopped before its first step.

    The plan is on the disk before the journal begins, and no target exists before its step.

    Raises:
        BadSort: the journal was damaged or lost instead.
    """
    journal = record / JOURNAL
    try:
        damaged = any((record.parents[1] / step.target).exists() for step in read_plan(record).steps)
    except BadSort:
        damaged = journal.exists() and journal.stat().st_size > 0
    if damaged:
        raise BadSort(
            f"The journal of the sort, {journal}, is damaged or missing. Nothing was touched.",
            f"Restore the file from a backup, or move the photos back by hand: {record / PLAN} lists them.",
        )


def _unknown(into: Path) -> Header:
    """A sort that was stopped before it wrote its header has made at most these folders."""
    return Header(folder="", into=str(into), mode="copy", steps=0, times={}, made=[str(into), HOME])


def _remove_empty(folders: list[Path]) -> None:
    for folder in sorted(folders, reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _restore(times: dict[Path, int]) -> None:
    for folder, mtime_ns in times.items():
        if folder.is_dir():
            with suppress(OSError):  # a folder that others own, such as /tmp, or on a disk that takes no writes
                os.utime(folder, ns=(folder.stat().st_atime_ns, mtime_ns))


def _bring(place: Path, source: Path) -> None:
    """Move a file back, also to another disk; an empty file in its place is what a stopped undo left there."""
    source.parent.mkdir(parents=True, exist_ok=True)
    source.unlink(missing_ok=True)
    try:
        files.put(place, source)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        files.carry(place, source.with_name(PART), source)
