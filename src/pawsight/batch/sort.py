"""Carry out a plan, step by step, so that it can be gone on with or taken back wherever it stops."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import msgspec

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
from pawsight.batch.plan import Left, Plan, missing_folders
from pawsight.errors import BadSort

BUNDLE = 64  # intents brought to the disk at a time
FULL = (errno.ENOSPC, errno.EDQUOT)
ROOM = 1.02  # of the photos' bytes, for what the file system needs beside them


def check_ready(plan: Plan) -> None:
    """See that nothing known beforehand is in the way.

    Raises:
        BadSort: no folder, or one that may not be written to; too little room; another disk where links are wanted; or
            a sort in there that is not finished.
    """
    check_finished(Path(plan.into))
    near = next(path for path in (Path(plan.into), *Path(plan.into).parents) if path.exists())
    if not near.is_dir() or not os.access(near, os.W_OK | os.X_OK):
        raise BadSort(f"Expected a folder to sort into, but {near} may not be written to.", "Choose another --into.")
    same_disk = near.stat().st_dev == os.stat(plan.folder).st_dev
    if plan.mode == "link" and not same_disk:
        raise BadSort("Hard links need both folders on one disk, and these are on two.", "Use --copy.")
    needed = 0 if same_disk and plan.mode != "copy" else int(ROOM * sum(step.bytes for step in plan.steps))
    if needed > (free := shutil.disk_usage(near).free):
        raise BadSort(
            f"Expected {needed / 1e6:,.0f} MB of room at {near}, but {free / 1e6:,.0f} MB are free.",
            "Make room, or use --move or --link on one disk.",
        )


def check_finished(into: Path) -> None:
    """See that the sort done last in a folder came to its end.

    Raises:
        BadSort: it did not; the message says how far it is and what to do.
    """
    if not (found := records(into)):
        return
    record = read_journal(found[-1] / JOURNAL)
    if record.finished and not record.undone:
        return
    steps = record.header.steps if record.header else 0
    state = "was taken back in part" if record.undone else f"stopped after {len(record.done):,} of {steps:,} steps"
    raise BadSort(
        f"An earlier sort into {into} {state}.",
        f"Take it back with `pawsight undo {into}`, or go on with it by adding --resume.",
    )


def begin(plan: Plan) -> Path:
    """Write down what will be done, before any photo is touched.

    Returns:
        The folder of records, for `carry_out`.

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
    )
    with _in_words(plan):
        record = new_record(into)
        write_plain(record / PLAN, plan)
        with Journal(record / JOURNAL) as journal:
            journal.begin(header)
        files.sync_folder(record)
    return record


@contextmanager
def _in_words(plan: Plan) -> Iterator[None]:
    """Say what to do where the disk does not let a sort go on."""
    try:
        yield
    except OSError as error:
        raise BadSort(
            f"The sort into {plan.into} stopped, because the disk does not take it ({error.strerror or error}).",
            f"Make room or see to its rights, and add --resume; or take it back with `pawsight undo {plan.into}`.",
        ) from error


def _changed_folders(plan: Plan, made: list[Path]) -> set[Path]:
    """Folders that are there and whose time a sort changes: by what goes into them, is made in them, or leaves them."""
    changed = {path.parent for path in made} | {Path(plan.into), Path(plan.into, HOME)}
    changed |= {Path(plan.into, step.target).parent for step in plan.steps}
    if plan.mode == "move":
        changed |= {Path(plan.folder, step.source).parent for step in plan.steps if step.source}
    return {path for path in changed if path.is_dir()}


def read_plan(record: Path) -> Plan:
    """Read the plan of a sort.

    Raises:
        BadSort: it is not there or does not read: the sort was stopped before it began.
    """
    try:
        return msgspec.convert(json.loads((record / PLAN).read_bytes()), Plan)
    except (OSError, ValueError) as error:
        raise BadSort(
            f"Expected a plan at {record / PLAN}, but it does not read ({error}).", "Nothing was touched: undo it."
        ) from error


def carry_out(record: Path) -> Iterator[Left | None]:
    """Do every step that is not done yet.

    Yields:
        For each step of the plan: None where it is done, else the file that stays where it is, and why.

    Raises:
        BadSort: the disk is full or fails, or another process is at work.
    """
    plan, earlier = read_plan(record), read_journal(record / JOURNAL)
    steps, reason = iter(enumerate(plan.steps)), ""
    with _in_words(plan), Journal(record / JOURNAL) as journal:
        while bundle := list(islice(steps, BUNDLE)):
            journal.intend(bundle)
            for number, step in bundle:
                if step.verdict or not reason:  # what goes with a photo stays where that stays
                    reason = _try(step, plan, record, tried=number in earlier.steps)
                if reason:
                    journal.failed(number, reason)
                    yield Left(step.source or step.target, reason)
                else:
                    journal.done(number)
                    yield None
        journal.finish()


def _try(step: Step, plan: Plan, record: Path, tried: bool) -> str:
    """Do one step; say why where it cannot be done, in words."""
    source, target = Path(plan.folder, step.source), Path(plan.into, step.target)
    try:
        if not (tried and _is_done(step, source, target)):
            target.parent.mkdir(exist_ok=True)
            _do(step, source, target, record / PART)
    except FileExistsError:
        return "Something of its new name has come there since."
    except OSError as error:
        if error.errno in FULL:
            raise
        return f"It cannot be sorted ({error.strerror or error})."
    return ""


def _is_done(step: Step, source: Path, target: Path) -> bool:
    """Look what an earlier run, stopped in the middle of this step, has left, and clear up what is half-done."""
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


def _do(step: Step, source: Path, target: Path, part: Path) -> None:
    if step.do == "write":
        files.write(step.text, part)
        files.put(part, target)
        return
    status = source.stat()
    if (status.st_size, status.st_mtime_ns) != (step.bytes, step.mtime_ns):
        raise OSError(0, "it was changed since it was answered for")
    if step.do == "link":
        os.link(source, target)
    elif step.do == "copy":
        if files.copy(source, part) != step.sha256:
            raise OSError(0, "it was changed since it was answered for")
        files.put(part, target)
    else:
        _move(source, target, part)


def _move(source: Path, target: Path, part: Path) -> None:
    try:
        files.put(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        files.carry(source, part, target)
