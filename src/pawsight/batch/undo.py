"""Take a sort back: every name, place and time as it was.

Undo keeps no journal of its own. It looks at what stands where, which is the same after a kill half-way, and so it can
be begun again as often as need be. It never removes a file that is not the one that the sort put there, nor the last
copy of a photo.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pawsight.batch import files
from pawsight.batch.files import PART
from pawsight.batch.journal import HOME, JOURNAL, Header, Journal, Step, read_journal, records
from pawsight.batch.plan import Left
from pawsight.errors import BadSort


def newest(into: Path) -> Path:
    """The records of the sort to take back: the newest, because later ones stand on earlier ones.

    Args:
        into: a folder that photos were sorted into, or a journal in it.

    Raises:
        BadSort: nothing was sorted into it.
    """
    home = into.parents[2] if into.name == JOURNAL and into.is_file() else into
    if not (found := records(home)):
        raise BadSort(
            f"Nothing was sorted into {into}, as far as it knows: there is no {HOME} in it.", "Check the path."
        )
    return found[-1]


def take_back(record: Path) -> Iterator[Left | None]:
    """Undo every step that may have happened, last first.

    Yields:
        For each: None where all is as it was, else the file that stays, and why.

    Raises:
        BadSort: the sort is still at work, or its journal does not read.
    """
    with Journal(record / JOURNAL) as journal:
        read = read_journal(record / JOURNAL)
        if not read.header:
            return
        with suppress(OSError):  # a full disk takes no mark, and needs undo most
            journal.undo()
        into, folder = record.parents[1], Path(read.header.folder)
        for _, step in sorted(read.steps.items(), reverse=True):
            try:
                reason = _undo(step, folder / step.source, into / step.target)
            except OSError as error:
                reason = f"It cannot be brought back ({error.strerror or error})."
            yield Left(str(into / step.target), reason) if reason else None


def clear(record: Path, stays: bool) -> None:
    """Remove the folders that the sort made, where they are empty, and its records; give folders their times back.

    Args:
        record: of a sort whose steps were taken back.
        stays: keep the records, because some files could not be.
    """
    into = record.parents[1]
    header = read_journal(record / JOURNAL).header or _unknown(into)
    made = [into / path for path in header.made]  # an absolute one stays as it is
    if not stays:
        _remove_empty([path for path in made if path.parent == into and path.name != HOME])
        _restore({path: time for path, time in header.times.items() if not into.is_relative_to(path)})
        (record / JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(record)
    _remove_empty(made)
    _restore(header.times)


def _unknown(into: Path) -> Header:
    """A sort that was stopped before it wrote down anything has made at most these."""
    return Header(folder="", into=str(into), mode="copy", steps=0, times={}, made=[str(into), HOME])


def _remove_empty(folders: list[Path]) -> None:
    for folder in sorted(folders, reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _restore(times: dict[str, int]) -> None:
    for folder, mtime_ns in times.items():
        if os.path.isdir(folder):
            with suppress(PermissionError):  # a folder that others own, such as /tmp
                os.utime(folder, ns=(os.stat(folder).st_atime_ns, mtime_ns))


def _undo(step: Step, source: Path, target: Path) -> str:
    """Undo one step; say why where it cannot be, in words."""
    if not target.exists():
        lost = step.do == "move" and not source.exists()
        return "It is neither here nor in its old place: it was moved or removed since." if lost else ""
    if target.stat().st_size == 0 < step.bytes:  # its name was taken, no more
        if step.do == "move" and not source.exists():
            return "It was emptied since it was sorted."
        target.unlink()
        return ""
    if step.do == "move":
        return _bring_back(step, source, target)
    return _remove(step, source, target)


def _bring_back(step: Step, source: Path, target: Path) -> str:
    if files.fingerprint(target) != step.sha256:
        return "It was changed since it was sorted."
    if source.exists() and source.stat().st_size and files.fingerprint(source) != step.sha256:
        return "Its old place is taken by another file."
    if source.exists() and source.stat().st_size:  # sort copied it to another disk, or undo back from there
        target.unlink()
    else:
        source.parent.mkdir(parents=True, exist_ok=True)
        source.unlink(missing_ok=True)  # an empty file: its name was taken by an undo that was stopped
        _move(target, source)
    if (status := source.stat()).st_mtime_ns != step.mtime_ns:
        os.utime(source, ns=(status.st_atime_ns, step.mtime_ns))
    return ""


def _move(target: Path, source: Path) -> None:
    try:
        files.put(target, source)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        files.carry(target, source.with_name(PART), source)


def _remove(step: Step, source: Path, target: Path) -> str:
    if step.do == "link" and source.exists() and source.samefile(target):
        target.unlink()
        return ""
    if files.fingerprint(target) != step.sha256:
        return "It was changed since it was sorted."
    if step.source and not (source.exists() and files.fingerprint(source) == step.sha256):
        return "Its original is gone or was changed, so this is the last copy."
    target.unlink()
    return ""
