"""What `put` promised is kept, whatever happens: kills, faults, full disks, many writers, a crashing database."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, exc

from pawsight.archive.check import check
from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.errors import ArchiveUnavailable, EntryNotFound, PawsightError, StorageFull
from pawsight.settings import Settings
from pawsight.storage import durable

Put = Callable[..., ArchiveEntry]
Settle = Callable[..., Settings]
SOURCE = Path(__file__).parents[2] / "src"
KILLS = int(os.environ.get("PAWSIGHT_TEST_KILLS", "6"))


def write(task: str, settings: Settings, number: int) -> str:
    """Run `writer.py`; what it printed."""
    words = [sys.executable, Path(__file__).with_name("writer.py"), task, settings.archive, settings.archive_url]
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run([*words, str(number)], env=environment, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr
    return done.stdout


def promised(settings: Settings) -> dict[str, dict[str, str]]:
    """What writers noted: `put`, `forgets` (about to) and `forgot` -> id -> SHA-256."""
    found: dict[str, dict[str, str]] = {"put": {}, "forgets": {}, "forgot": {}}
    for line in Path(f"{settings.archive}.promised").read_text().splitlines():
        done, id, stored = line.split()
        found[done][id] = stored
    return found


@pytest.mark.long
def test_killed_at_any_moment(settled: Settle) -> None:
    settings = settled()
    write("kill", settings, KILLS)
    notes = promised(settings)
    kept = {id: stored for id, stored in notes["put"].items() if id not in notes["forgets"]}
    assert len(kept) >= KILLS
    with Archive.open(settings) as archive:
        assert check(archive).faults == []  # no torn file, no orphan, no leftover
        lost = [id for id, stored in kept.items() if hashlib.sha256(archive.photo(id)).hexdigest() != stored]
        assert lost == []
        for id in notes["forgot"]:
            with pytest.raises(EntryNotFound):
                archive.get(id)
        in_between = archive.find().total - len(kept)
        assert 0 <= in_between <= 2 * (KILLS + 2)  # what a writer had no time to note


@pytest.mark.long
def test_four_writers_at_once(settled: Settle) -> None:
    settings = settled()
    write("together", settings, 10)
    with Archive.open(settings) as archive:
        assert archive.find().total == len(promised(settings)["put"]) == 40
        report = check(archive)
        assert (report.files, report.faults) == (10, [])


class Faulty:
    """The module `os`, whose n-th call to change or write something fails."""

    CALLS = frozenset({"open", "write", "fsync", "link", "replace", "unlink", "makedirs", "stat"})

    def __init__(self, at: int, number: int) -> None:
        self.at, self.number, self.calls = at, number, list[str]()

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self.CALLS:
            return real

        def call(*words: Any, **more: Any) -> Any:
            self.calls.append(name)
            if len(self.calls) == self.at:
                raise OSError(self.number, os.strerror(self.number))
            return real(*words, **more)

        return call


@pytest.mark.long
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
def test_every_call_to_the_disk_fails_once(
    number: int, settled: Settle, put_either_way: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed, at = [], 1
    while True:
        with Archive.open(settled()) as archive:
            faulty = Faulty(at, number)
            with monkeypatch.context() as patch:
                patch.setattr(durable, "os", faulty)
                refused = refusal(lambda: put_either_way(archive, at))  # noqa: B023
            if len(faulty.calls) < at:
                break
            failed.append(faulty.calls[at - 1])
            assert refused is None or isinstance(refused, StorageFull if number == errno.ENOSPC else ArchiveUnavailable)
            assert archive.find().total == at - (refused is not None)
            if refused:
                put_either_way(archive, at)  # it heals by itself
        with Archive.open(settled()) as archive:
            report = check(archive)
            assert (report.files, report.faults) == (at, [])
        at += 1
    assert {"open", "write", "fsync", "link", "makedirs", "unlink"} <= set(failed)


def refusal(work: Callable[[], object]) -> PawsightError | None:
    try:
        work()
    except PawsightError as error:
        return error
    return None


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES], ids=errno.errorcode.get)
def test_every_call_to_the_disk_fails_once_while_forgetting(
    number: int, settled: Settle, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = 1
    while True:
        with Archive.open(settled()) as archive:
            entry = put(archive, at)
            faulty = Faulty(at, number)
            with monkeypatch.context() as patch:
                patch.setattr(durable, "os", faulty)
                refusal(lambda: archive.delete(entry.id))  # noqa: B023
            assert archive.find().total == 0
        if len(faulty.calls) < at:
            break
        with Archive.open(settled()) as archive:
            report = check(archive)
            assert (report.files, report.faults) == (0, [])
        at += 1
    assert at >= 4


def test_every_statement_fails_once(settled: Settle, put_either_way: Put) -> None:
    at = 1
    with Archive.open(settled()) as archive:
        while True:
            with failing(archive, at) as seen:
                refused = refusal(lambda: put_either_way(archive, at))  # noqa: B023
            if len(seen) < at:
                break
            assert isinstance(refused, ArchiveUnavailable)
            assert archive.find().total == 0
            report = check(archive)
            assert (report.files, report.faults) == (0, [])
            at += 1
        assert at >= 4  # the row, its details, the commit
        assert check(archive).files == 1


@contextmanager
def failing(archive: Archive, at: int) -> Iterator[list[object]]:
    """Let the n-th statement or commit of the next transactions fail."""
    seen: list[object] = []

    def count(*words: object) -> None:
        seen.append(words)
        if len(seen) == at:
            raise exc.OperationalError("", {}, Exception("disk I/O error"))

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(archive.index.engine, name, count)
    try:
        yield seen
    finally:
        for name in names:
            event.remove(archive.index.engine, name, count)


def test_the_order_that_makes_it_durable(
    archive: Archive, put_either_way: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Content synced, then named, then the folder synced, then the row committed; only then does `put` return."""
    faulty = Faulty(0, 0)
    event.listen(archive.index.engine, "commit", lambda connection: faulty.calls.append("commit"))
    monkeypatch.setattr(durable, "os", faulty)
    put_either_way(archive)
    calls = [call for call in faulty.calls if call in {"write", "fsync", "link", "commit"}]
    assert calls[:2] == ["write", "fsync"]
    link, commit = calls.index("link"), calls.index("commit")
    assert "fsync" in calls[link:commit]
    assert "write" not in calls[commit:]


@pytest.mark.long
def test_postgresql_crashes_under_load(postgresql: str, cluster: Any, tmp_path: Path, put: Put) -> None:
    settings = Settings(archive=str(tmp_path / "archive"), archive_url=postgresql)
    kept: list[ArchiveEntry] = []
    refused: list[ArchiveUnavailable] = []
    stop = threading.Event()

    def use() -> None:
        while not stop.is_set():
            try:
                kept.append(put(archive, len(kept)))
            except ArchiveUnavailable as error:
                refused.append(error)

    with Archive.open(settings) as archive:
        user = threading.Thread(target=use)
        user.start()
        for _ in range(2):
            wait_for_more(kept)
            cluster.crash()
            wait_for_more(refused)
            cluster.start()
            wait_for_more(kept)  # it connects again by itself
        stop.set()
        user.join()
    with Archive.open(settings) as archive:
        assert check(archive).faults == []
        assert {entry.id for entry in kept} <= {entry.id for entry in archive.find(size=100_000).entries}


def wait_for_more(things: Sequence[object]) -> None:
    start, pause = len(things), threading.Event()
    for _ in range(6000):
        if len(things) > start + 3:
            return
        pause.wait(0.02)
    pytest.fail("waited for two minutes")
