"""Carry out a plan step by step, so that it can be resumed or undone wherever it stops."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from pawsight.batch import files
from pawsight.batch.files import PART
from pawsight.batch.journal import (
    HOME,
    JOURNAL,
    PLAN,
    Header,
    Journal,
    Step,
    new_record,
    read_journal,
    records,
    write_plain,
)
from pawsight.batch.plan import SkippedFile, SortPlan, missing_folders, read_plan
from pawsight.batch.source_folder import mark, mount_points
from pawsight.errors import BadSort
from pawsight.text import shell_word

BUNDLE = 64  # intents flushed to the disk at a time
FULL = (errno.ENOSPC, errno.EDQUOT)
ROOM = 1.02  # times the photos' bytes: the file system needs some room of its own


def check_ready(plan: SortPlan) -> None:
    """Check everything that can be known before the first file is touched.

    Raises:
        BadSort: the target is no folder or may not be written to; there is too little room; hard links would cross
            disks; or an earlier sort into it is not complete.
    """
    check_finished(Path(plan.into))
    near = next(path for path in (Path(plan.into), *Path(plan.into).parents) if path.exists())
    if not near.is_dir() or not os.access(near, os.W_OK | os.X_OK):
        raise BadSort(f"Photos cannot be sorted there: {near} may not be written to.", "Choose another --into.")
    _check_class_folders(plan)
    _check_sources(plan)
    same_disk = near.stat().st_dev == os.stat(plan.folder).st_dev
    if plan.mode == "link" and not same_disk:
        raise BadSort("Hard links need both folders on one disk, and these are on two.", "Use --copy.")
    needed = 0 if same_disk and plan.mode != "copy" else int(ROOM * sum(step.bytes for step in plan.steps))
    if needed > (free := shutil.disk_usage(near).free):
        raise BadSort(
            f"{needed / 1e6:,.1f} MB of room are needed at {near}, but {free / 1e6:,.1f} MB are free.",
            "Make room, or use --move or --link on one disk.",
        )


def _check_sources(plan: SortPlan) -> None:
    """Check that photos can be moved out of at least one folder; a single closed one is named with its photos."""
    folders = {Path(plan.folder, step.source).parent for step in plan.steps if step.do == "move" and not step.refile}
    if folders and not any(os.access(folder, os.W_OK | os.X_OK) for folder in folders):
        raise BadSort(f"Photos cannot be moved out of {plan.folder}: it may not be written to.", "Use --copy.")


def _check_class_folders(plan: SortPlan) -> None:
    """Check that the folders of classes are folders, or links to folders, on one disk with the folder they are in."""
    into = Path(plan.into)
    for folder in sorted({(into / step.target).parent for step in plan.steps}):
        if os.path.lexists(folder) and not folder.is_dir():
            kind = "a broken link" if folder.is_symlink() else "a file"
            raise BadSort(f"Photos cannot be sorted into {folder}: it is {kind}.", "Rename or remove it.")
        if folder.is_dir() and folder.stat().st_dev != into.stat().st_dev:
            raise BadSort(f"{folder} is on another disk than {into}.", "Replace it by a plain folder.")


def check_finished(into: Path) -> None:
    """Check that the last sort into a folder is complete.

    Raises:
        BadSort: it is not; the message says how far it got and what to do.
    """
    if not (found := records(into)):
        return
    record = read_journal(found[-1] / JOURNAL)
    if record.finished and not record.undone:
        return
    steps = record.header.steps if record.header else 0
    state = "was undone in part" if record.undone else f"stopped after {len(record.done):,} of {steps:,} steps"
    raise BadSort(
        f"An earlier sort into {into} {state}.",
        f"Undo it with `pawsight undo {shell_word(into)}`, or continue it by adding --resume.",
    )


def begin(plan: SortPlan) -> Path:
    """Write the plan and the journal's header, before any photo is touched.

    Returns:
        The folder of the sort's records, for `carry_out`.

    Raises:
        BadSort: the disk is full or fails.
    """
    into = Path(plan.into)
    made = missing_folders(plan)
    times = {str(path): path.stat().st_mtime_ns for path in _changed_folders(plan, made)}
    header = Header(
        folder=plan.folder,
        into=plan.into,
        mode=plan.mode,
        steps=len(plan.steps),
        times=times,
        made=[str(path.relative_to(into)) if path.is_relative_to(into) else str(path) for path in made],
        id=uuid.uuid4().hex,
        relative=os.path.relpath(os.path.realpath(plan.folder), os.path.realpath(plan.into)),
        mounts=mount_points(Path(plan.folder), plan.steps),
    )
    with _in_words(plan):
        record = new_record(into)
        write_plain(record / PLAN, plan)
        with Journal(record / JOURNAL) as journal:
            journal.begin(header)
        files.sync_folder(record)
    return record


@contextmanager
def _in_words(plan: SortPlan) -> Iterator[None]:
    """Turn a disk that is full or fails into an error that says what to do."""
    try:
        yield
    except OSError as error:
        raise BadSort(
            f"The sort into {plan.into} stopped: the disk reports an error ({error.strerror or error}).",
            "Make room or correct the permissions and add --resume, "
            f"or undo it with `pawsight undo {shell_word(plan.into)}`.",
        ) from error


def _changed_folders(plan: SortPlan, made: list[Path]) -> set[Path]:
    """Existing folders whose modification time the sort changes, because entries are added or removed."""
    changed = {path.parent for path in made} | {Path(plan.into), Path(plan.into, HOME)}
    changed |= {Path(plan.into, step.target).parent for step in plan.steps}
    if plan.mode == "move":
        changed |= {Path(plan.folder, step.source).parent for step in plan.steps if step.source and not step.refile}
        changed |= {Path(plan.folder), Path(plan.folder, HOME)}  # for the marker
    changed |= {Path(plan.into, step.source).parent for step in plan.steps if step.refile}
    return {path for path in changed if path.is_dir()}


def carry_out(record: Path, refused: Counter[str] | None = None) -> Iterator[SkippedFile | None]:
    """Do every step that is not done yet.

    Args:
        record: the folder of the sort's records.
        refused: counts the attributes (permissions, times, ...) that the target's file system did not take.

    Yields:
        For each step of the plan: None where it is done, else the file that stays where it is, and why.

    Raises:
        BadSort: the disk is full or fails, or another process works in the folder.
    """
    plan, earlier = read_plan(record), read_journal(record / JOURNAL)
    refused = Counter() if refused is None else refused
    steps, reason = iter(enumerate(plan.steps)), ""
    with _in_words(plan), Journal(record / JOURNAL) as journal:
        if plan.mode == "move" and earlier.header:
            mark(Path(plan.folder), earlier.header.id)
        while bundle := list(islice(steps, BUNDLE)):
            journal.intend(bundle)
            for number, step in bundle:
                if step.verdict or not reason:  # a companion stays where its photo stays
                    reason = _try(step, plan, record, number in earlier.steps, refused)
                if reason:
                    journal.failed(number, reason)
                    yield SkippedFile(step.source or step.target, reason)
                else:
                    journal.done(number)
                    yield None
        journal.finish()


def _try(step: Step, plan: SortPlan, record: Path, tried: bool, refused: Counter[str]) -> str:
    """Do one step; return the reason where it cannot be done."""
    source = Path(plan.into if step.refile else plan.folder, step.source)
    target = Path(plan.into, step.target)
    try:
        if not (tried and _is_done(step, source, target)):
            target.parent.mkdir(exist_ok=True)
            refused.update(_do(step, source, target, record / PART))
    except FileExistsError:
        return "A file with its new name has appeared there since."
    except OSError as error:
        if error.errno in FULL:
            raise
        return f"It cannot be sorted ({error.strerror or error})."
    return ""


def _is_done(step: Step, source: Path, target: Path) -> bool:
    """Check what an earlier run that was stopped in the middle of this step has left, and remove what is half-done."""
    if not target.exists():
        return False
    if target.stat().st_size == 0 < step.bytes:  # only the name was taken
        target.unlink()
        return False
    if files.fingerprint(target) != step.sha256:
        return False
    if step.do == "move" and source.exists() and files.fingerprint(source) == step.sha256:
        source.unlink()  # it was copied to another disk, and the last act is missing
    return True


def _do(step: Step, source: Path, target: Path, part: Path) -> tuple[str, ...]:
    """Do one step; return the attributes that the file system did not take."""
    if step.do == "write":
        files.write(step.text, part)
        files.put(part, target)
        return ()
    status = source.stat()
    if (status.st_size, status.st_mtime_ns) != (step.bytes, step.mtime_ns):
        raise OSError(0, "it was changed after it was classified")
    if step.do == "link":
        os.link(source, target)
        return ()
    if step.do == "move":
        return _move(source, target, part)
    copied = files.copy(source, part)
    if copied.sha256 != step.sha256:
        raise OSError(0, "it was changed after it was classified")
    files.put(part, target)
    return copied.refused


def _move(source: Path, target: Path, part: Path) -> tuple[str, ...]:
    try:
        files.put(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return files.carry(source, part, target)
    return ()
