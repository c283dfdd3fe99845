"""A program that the durability tests start, and in which writers are killed: `writer.py TASK FOLDER URL NUMBER`.

It forks its writers before they open anything, so that a hundred of them cost little. What a writer was promised it
notes in `FOLDER.promised`, one line at a time: `put`, `forgets` (about to) or `forgot`, the id, and
the SHA-256.
"""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.classifier import Prediction
from pawsight.settings import Settings

task, folder, url, number = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
settings = Settings(archive=folder, archive_url=url)
MAPS = np.ones((2, 2, 2), np.float32)
answer = Prediction("cat", "cat", {"cat": 0.9, "dog": 0.1}, "tiny-1", np.ones(8, np.float32), MAPS)


def photo(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def note(done: str, entry: ArchiveEntry) -> None:
    file = os.open(f"{folder}.promised", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{done} {entry.id} {entry.stored}\n".encode())
    os.close(file)


def put(archive: Archive, seed: int) -> ArchiveEntry:
    entry = archive.put(archive.strip_metadata(photo(seed)), answer, width=32, height=24, thumbnail=b"small")
    note("put", entry)
    return entry


def write_for_ever() -> None:
    chance = random.Random(os.getpid())
    with Archive.open(settings) as archive:
        while True:
            _, goes = (put(archive, chance.randrange(40)) for _ in range(2))
            note("forgets", goes)
            archive.delete(goes.id)
            note("forgot", goes)


def write_some() -> None:
    with Archive.open(settings) as archive:
        for seed in range(number):
            put(archive, seed)


def die_in_migration(statement: int) -> None:
    """Open, and be killed just before a statement of the migration."""
    seen = 0

    def step(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", step)
    Archive.open(settings).close()


def fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return child


def await_promises(lines: int, writers: list[int]) -> None:
    """Wait until the writers have noted so many lines more; fail where one of them has ended, as it would note none."""
    path = Path(f"{folder}.promised")
    start = len(path.read_bytes().splitlines()) if path.exists() else 0
    while lines and (not path.exists() or len(path.read_bytes().splitlines()) < start + lines):
        ended = [writer for writer in writers if os.waitpid(writer, os.WNOHANG) != (0, 0)]
        assert not ended, f"{len(ended)} writers ended by themselves"
        time.sleep(0.01)


def kill_again_and_again() -> None:
    """Two writers at a time; one of them is killed, and another takes its place."""
    chance = random.Random(number)
    os.waitpid(fork(lambda: Archive.open(settings).close()), 0)
    writers = [fork(write_for_ever), fork(write_for_ever)]
    for _ in range(number):
        await_promises(chance.randrange(6), writers)
        time.sleep(chance.uniform(0, 0.05))
        victim = writers.pop(0)
        os.kill(victim, signal.SIGKILL)
        assert os.waitpid(victim, 0)[1] == signal.SIGKILL
        writers.append(fork(write_for_ever))
    for writer in writers:
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)


if task == "kill":
    kill_again_and_again()
elif task == "together":
    assert [os.waitpid(writer, 0)[1] for writer in [fork(write_some) for _ in range(4)]] == [0] * 4
elif task == "migrate":
    kills = 0
    for statement in count(start=1, step=number):
        ended = os.waitpid(fork(lambda: die_in_migration(statement)), 0)[1]  # noqa: B023
        if ended == 0:
            break
        assert ended == signal.SIGKILL
        kills += 1
    print(kills)
