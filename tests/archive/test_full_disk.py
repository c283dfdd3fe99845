"""A full disk: uploads are refused whole, deletions make room, and the archive heals by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.archive.test_durability import refusal

from pawsight.archive import retention
from pawsight.archive.check import check
from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.errors import ArchiveUnavailable, StorageFull
from pawsight.settings import Settings

Put = Callable[..., ArchiveEntry]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True)
    if done.returncode:
        pytest.skip("needs the right to mount a small tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_heals_by_itself(small_disk: Path, put: Put) -> None:
    filler = small_disk / "filler"
    with Archive.open(Settings(archive=str(small_disk / "archive"))) as archive:
        entries = [put(archive, seed) for seed in range(3)]
        for room in (0, 3_000, 20_000, 60_000):
            fill(filler, small_disk, room)
            refused = None
            while refused is None:
                refused = refusal(lambda: entries.append(put(archive, 100 + len(entries))))
            assert isinstance(refused, (StorageFull, ArchiveUnavailable))
            filler.unlink()
            assert {entry.id for entry in archive.find(size=1000).entries} == {entry.id for entry in entries}
            entries.append(put(archive, 100 + len(entries)))
    with Archive.open(Settings(archive=str(small_disk / "archive"))) as archive:
        assert check(archive).faults == []
        assert archive.find().total == len(entries)


def test_a_full_disk_can_be_emptied(small_disk: Path, put: Put) -> None:
    settings, filler = Settings(archive=str(small_disk / "archive")), small_disk / "filler"
    with Archive.open(settings) as archive:
        entries = [put(archive, seed) for seed in range(8)]
        fill(filler, small_disk, 0)
        with pytest.raises(StorageFull):
            put(archive, 100)
        for entry in entries[:2]:
            archive.delete(entry.id)
        assert archive.delete_many([entry.id for entry in entries[2:5]]) == 3
    fill(small_disk / "more", small_disk, 0)
    with Archive.open(settings) as archive:  # a start writes, too
        assert retention.purge(archive.index, archive.files, max_bytes=0) == 3
        assert archive.find().total == 0
        filler.unlink()
        put(archive, 100)
        assert check(archive).faults == []


def test_a_full_disk_is_found_where_the_index_is(small_disk: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{small_disk / 'index.sqlite'}"
    with Archive.open(Settings(archive=str(tmp_path / "archive"), archive_url=url)) as archive:
        archive.probe()
        fill(small_disk / "filler", small_disk, 0)
        with pytest.raises(StorageFull):
            archive.probe()


def fill(filler: Path, folder: Path, room: int) -> None:
    """Leave about this many bytes free."""
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    filler.write_bytes(bytes(free - room))
