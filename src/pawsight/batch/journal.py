"""The journal of a sort: what it is about to do and has done, on the disk before it does it.

A sort's records stand in `DIR/.pawsight/NUMBER/`: `plan.json`, everything that it means to do, and `journal.jsonl`. The
journal's first line is the header; then, for each step, an intent and a mark that it is done or why it failed. Lines
are only ever appended. Intents are flushed to the disk (fsync) before their steps begin, a bundle at a time; marks
follow with the next bundle. Undo relies on intents alone and looks at the disk for what became of them, so that a mark
lost in a power cut does no harm.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from pawsight.batch.files import sync_folder
from pawsight.errors import BadSort
from pawsight.storage.lock import try_lock

HOME = ".pawsight"
JOURNAL = "journal.jsonl"
PLAN = "plan.json"
LOCK = "lock"
Mode = Literal["copy", "move", "link"]


class Step(Struct, frozen=True, omit_defaults=True):
    """One operation on one file.

    Attributes:
        do: copy, move or hard-link `source`, or write `text`.
        target: the new name, below the folder that is sorted into.
        source: the old name, below the folder that is sorted.
        sha256, bytes: of the content.
        mtime_ns: modification time of the source, in nanoseconds.
        verdict: of a photo; files that go with a photo have none.
        scores: of that photo.
        alike: photos of one burst or picture share a number; 0 where a photo is alone.
        text: what to write.
        refile: `source` stands below the folder that is sorted into: a later model sorts it again.
    """

    do: Literal["copy", "move", "link", "write"]
    target: str
    sha256: str
    bytes: int
    source: str = ""
    mtime_ns: int = 0
    verdict: str = ""
    scores: dict[str, float] = {}
    alike: int = 0
    text: str = ""
    refile: bool = False


class Header(Struct, frozen=True, kw_only=True):
    """The journal's first line.

    Attributes:
        folder: the folder that is sorted, absolute.
        into: the folder that is sorted into, absolute. Undo takes the place where it finds the journal.
        steps: how many the plan has.
        times: folder -> mtime in nanoseconds, for every folder whose time the sort changes.
        made: folders that the sort makes, outermost first.
        id: of this sort; a marker with this name stands in a folder that photos are moved out of.
        relative: `folder` as seen from `into`, for drives that are mounted elsewhere later.
        mounts: folders below `folder` that were mount points, relative to it.
    """

    format: Literal[1] = 1
    folder: str
    into: str
    mode: Mode
    steps: int
    times: dict[str, int]
    made: list[str]
    id: str = ""
    relative: str = ""
    mounts: list[str] = []


@dataclass
class Record:
    """The content of a journal.

    Attributes:
        header: None where the sort was stopped before it began.
        steps: number -> each step that may have happened, wholly or in part.
        done: numbers of the steps that are done.
        finished: whether the sort is complete.
        undone: whether undo has begun.
    """

    header: Header | None = None
    steps: dict[int, Step] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    finished: bool = False
    undone: bool = False


class Journal:
    """Appends lines to a journal. One process at a time: the file `lock` next to it is locked while this is open.

    Raises:
        BadSort: another process has it.
    """

    def __init__(self, path: Path) -> None:
        lock = try_lock(path.with_name(LOCK))
        if lock is None:
            raise BadSort("Another sort or undo is working in this folder.", "Wait until it has ended.")
        self._lock = lock
        binary: int = getattr(os, "O_BINARY", 0)  # Windows
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | binary, 0o644)
        os.ftruncate(self._file, path.read_bytes().rfind(b"\n") + 1)  # drops a last line that was cut off

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *reason: object) -> None:
        os.close(self._file)
        self._lock.release()

    def begin(self, header: Header) -> None:
        """Write the header; on the disk when this returns."""
        self._add([{"begin": msgspec.to_builtins(header)}], sync=True)

    def intend(self, steps: Iterable[tuple[int, Step]]) -> None:
        """Announce steps; on the disk when this returns."""
        plain = ((number, msgspec.structs.replace(step, scores={}, text="")) for number, step in steps)
        self._add([{"intent": number, "step": msgspec.to_builtins(step)} for number, step in plain], sync=True)

    def done(self, number: int) -> None:
        """Mark a step as done."""
        self._add([{"done": number}])

    def failed(self, number: int, reason: str) -> None:
        """Mark a step as one that changed nothing."""
        self._add([{"failed": number, "reason": reason}])

    def finish(self) -> None:
        """Mark the sort as complete."""
        self._add([{"finished": True}], sync=True)

    def undo(self) -> None:
        """Mark that undo has begun."""
        self._add([{"undo": True}], sync=True)

    def _add(self, lines: Iterable[dict[str, Any]], sync: bool = False) -> None:
        data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        while data:  # a nearly full disk may take a part
            data = data[os.write(self._file, data) :]
        if sync:
            os.fsync(self._file)


def read_journal(path: Path) -> Record:
    """Read a journal as far as it goes.

    A power cut can only damage lines that were not flushed yet: marks, and intents whose steps never began. These are
    skipped.

    Raises:
        BadSort: an intent between others is missing, so something else has damaged the file.
    """
    record, intended, again = Record(), {-1}, set()
    for line in _lines(path):
        if "begin" in line:
            record.header = msgspec.convert(line["begin"], Header)
        elif "intent" in line:
            intended.add(line["intent"])
            again.update(record.steps.keys() & {line["intent"]})
            record.steps[line["intent"]] = msgspec.convert(line["step"], Step)
        elif "failed" not in line:
            _mark(record, line)
        elif line["failed"] not in again:  # it left nothing to undo; a first try that was stopped may have
            record.steps.pop(line["failed"], None)
    if max(intended) + 2 != len(intended) or (record.steps and not record.header):
        raise BadSort(
            f"Steps are missing in {path}: the file was damaged or edited. Nothing was touched.",
            "Restore the file from a backup, or move the photos back by hand as it lists them.",
        )
    return record


def _mark(record: Record, line: dict[str, Any]) -> None:
    if "done" in line:
        record.done.add(line["done"])
    elif "finished" in line:
        record.finished, record.undone = True, False
    elif "undo" in line:
        record.finished, record.undone = False, True


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().split(b"\n") if path.exists() else []:
        try:
            read = json.loads(line)
        except ValueError:
            continue
        if isinstance(read, dict):
            yield read


def records(into: Path) -> list[Path]:
    """List the records of all sorts into a folder, oldest first."""
    home = into / HOME
    found = [path for path in home.iterdir() if path.name.isdecimal()] if home.is_dir() else []
    return sorted(found, key=lambda path: int(path.name))


def new_record(into: Path) -> Path:
    """Create the folder for the next records."""
    numbers = [int(path.name) for path in records(into)]
    record = into / HOME / f"{max(numbers, default=0) + 1:04}"
    record.mkdir(parents=True)
    return record


def write_plain(path: Path, value: Any) -> None:
    """Write a Struct as JSON, flushed to the disk. Not by msgspec: file names need not be valid Unicode."""
    with path.open("w", encoding="ascii") as out:
        json.dump(msgspec.to_builtins(value), out)
        out.flush()
        os.fsync(out.fileno())
    sync_folder(path.parent)
