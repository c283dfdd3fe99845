"""An index that another program has locked: it is waited for once, for as long as the setting says."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.errors import ArchiveUnavailable, PawsightError
from pawsight.settings import Settings


def test_a_new_index_that_is_locked_is_waited_for(tmp_path: Path) -> None:
    """Two programs that make the same file at once."""
    other = sqlite3.connect(tmp_path / "index.sqlite", check_same_thread=False, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.5, other.rollback)
    release.start()
    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        assert release.finished.is_set()  # it was waited for, and not passed by
        assert archive.find().total == 0
    release.join()
    other.close()


def test_an_index_that_stays_locked_is_named(tmp_path: Path, put: Callable[..., ArchiveEntry]) -> None:
    settings = Settings(archive=str(tmp_path), archive_lock_timeout=0)
    with Archive.open(settings) as archive, closing(sqlite3.connect(tmp_path / "index.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveUnavailable, match="another program holds its lock"):
            put(archive)
        other.rollback()
        put(archive)


def test_a_lock_costs_all_who_wait_its_time_once(tmp_path: Path, put: Callable[..., ArchiveEntry]) -> None:
    settings = Settings(archive=str(tmp_path), archive_lock_timeout=0.5)
    refused: list[PawsightError] = []

    def upload(archive: Archive, seed: int) -> None:
        try:
            put(archive, seed)
        except ArchiveUnavailable as error:
            refused.append(error)

    with Archive.open(settings) as archive, closing(sqlite3.connect(tmp_path / "index.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        threads = [threading.Thread(target=upload, args=(archive, seed)) for seed in (1, 1, 2, 3, 4, 5, 6, 7)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(refused), time.monotonic() - start < 8 * 0.5) == (8, True)
        assert [path for path in tmp_path.rglob("*.jpg*") if path.is_file()] == []
        other.rollback()
        assert put(archive).stored


def test_a_table_that_is_locked_costs_its_time_once(
    postgresql: str, tmp_path: Path, put: Callable[..., ArchiveEntry]
) -> None:
    import psycopg

    settings = Settings(archive=str(tmp_path), archive_url=postgresql, archive_lock_timeout=0.5)
    with Archive.open(settings) as archive, psycopg.connect(postgresql) as other:
        kept = put(archive, 1)
        other.execute("LOCK TABLE entries")
        start = time.monotonic()
        with pytest.raises(ArchiveUnavailable, match="lock"):
            put(archive, 2)
        with pytest.raises(ArchiveUnavailable, match="lock"):
            archive.find()
        assert time.monotonic() - start < 5
        assert [path.name for path in tmp_path.rglob("*.jpg*")] == [f"{kept.stored}.jpg"]
        other.rollback()
        put(archive, 2)
