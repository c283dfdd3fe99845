"""What goes by age and by size, on both databases."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.settings import Settings

Put = Callable[..., ArchiveEntry]
Settle = Callable[..., Settings]
Age = Callable[[Archive, ArchiveEntry, float], None]


def files(archive: Archive) -> list[Path]:
    assert archive.files
    return sorted(archive.files.walk())


def test_old_entries_go(settled: Settle, put: Put, age: Age) -> None:
    with Archive.open(settled(retention_days=30)) as archive:
        old, corrected, new = (put(archive, seed) for seed in range(3))
        archive.correct(corrected.id, "dog")
        age(archive, old, 31)
        age(archive, corrected, 31)
        assert archive.tidy() == 2
        assert [entry.id for entry in archive.find().entries] == [new.id]
        assert len(files(archive)) == 1


def test_what_lies_aside_for_long_goes_too(settled: Settle) -> None:
    with Archive.open(settled(retention_days=30)) as archive:
        assert archive.files
        for name, days in (("old", 31), ("new", 29)):
            path = archive.files.aside / name
            path.write_text(name)
            then = time.time() - days * 86_400
            os.utime(path, (then, then))
        archive.tidy()
        assert [path.name for path in archive.files.aside.iterdir()] == ["new"]


def test_the_oldest_go_when_there_is_too_much(settled: Settle, put: Put) -> None:
    with Archive.open(settled()) as archive:
        entries = [put(archive, seed) for seed in range(6)]
        archive.correct(entries[0].id, "dog")
    room = entries[0].bytes + entries[4].bytes + entries[5].bytes
    with Archive.open(settled(archive_max_bytes=room)) as archive:
        assert archive.tidy() == 3
        assert {entry.id for entry in archive.find().entries} == {entries[n].id for n in (0, 4, 5)}
        assert sum(path.stat().st_size for path in files(archive)) == room


def test_what_no_entry_has_counts_and_goes_first(settled: Settle, put: Put) -> None:
    with Archive.open(settled()) as archive:
        entries = [put(archive, seed) for seed in range(3)]
    room = sum(entry.bytes for entry in entries) + 100
    with Archive.open(settled(archive_max_bytes=room)) as archive:
        assert archive.files
        (archive.files.aside / "small").write_bytes(bytes(100))
        assert archive.tidy() == 0
        (archive.files.aside / "large").write_bytes(bytes(10_000))
        assert (archive.tidy(), archive.find().total) == (0, 3)
        assert not (archive.files.aside / "large").exists()


def test_entries_from_the_future_are_not_old(settled: Settle, put: Put, age: Age) -> None:
    with Archive.open(settled(retention_days=30)) as archive:
        ahead, today = put(archive, 1), put(archive, 2)
        age(archive, ahead, -400)
        assert archive.tidy() == 0
        assert archive.usage() != []
    with Archive.open(settled(archive_max_bytes=today.bytes)) as archive:
        archive.tidy()
        assert [entry.id for entry in archive.find().entries] == [today.id]  # the other one came before


def test_photos_that_share_a_file_count_once(settled: Settle, put: Put) -> None:
    with Archive.open(settled(archive_max_bytes=10_000_000)) as archive:
        entries = [put(archive, 1) for _ in range(3)]
    with Archive.open(settled(archive_max_bytes=entries[0].bytes)) as archive:
        assert archive.tidy() == 0
