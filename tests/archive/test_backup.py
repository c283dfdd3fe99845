"""A backup is made while the archive is in use, and is an archive itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.archive.backup import backup
from pawsight.archive.check import check
from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.errors import ArchiveUnavailable, BadArchive
from pawsight.settings import Settings
from pawsight.storage import durable

Put = Callable[..., ArchiveEntry]
Settle = Callable[..., Settings]


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(archive=str(tmp_path / "archive"))


def restored(folder: Path) -> Archive:
    return Archive.open(Settings(archive=str(folder)))


def test_a_backup_holds_everything(home: Settings, put: Put, tmp_path: Path) -> None:
    with Archive.open(home) as archive:
        entries = [put(archive, seed) for seed in range(4)]
        archive.correct(entries[1].id, "dog")
        done = backup(archive, tmp_path / "backup")
        assert (done.files, done.index) == (4, True)
        with restored(tmp_path / "backup") as copy:
            assert copy.find().entries == archive.find().entries
            assert [said.label for said in copy.history(entries[1].id)] == ["dog"]
            for entry in entries:
                assert copy.photo(entry.id) == archive.photo(entry.id)
            assert check(copy).faults == []


def test_archive_and_backup_live_apart(home: Settings, put: Put, tmp_path: Path) -> None:
    with Archive.open(home) as archive:
        entry = put(archive)
        backup(archive, tmp_path / "backup")
        archive.delete(entry.id)
        with restored(tmp_path / "backup") as copy:
            assert copy.photo(entry.id)


def test_another_disk_gets_copies(home: Settings, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> bool:
        raise ArchiveUnavailable("Invalid cross-device link")

    with Archive.open(home) as archive:
        put(archive)
        monkeypatch.setattr(durable, "link", refuse)
        backup(archive, tmp_path / "backup")
        monkeypatch.undo()
    with restored(tmp_path / "backup") as copy:
        assert check(copy).faults == []
        assert copy.files
        assert [path.stat().st_nlink for path in copy.files.walk()] == [1]


def test_a_backup_while_in_use_is_whole(home: Settings, put: Put, tmp_path: Path) -> None:
    stop, troubles = threading.Event(), []  # type: ignore[var-annotated]

    def use() -> None:
        seed = 100
        try:
            while not stop.is_set():
                ids = [put(archive, seed := seed + 1).id for _ in range(3)]
                archive.delete(ids[1])
        except Exception as error:
            troubles.append(error)

    with Archive.open(home) as archive:
        kept = [put(archive, seed) for seed in range(3)]
        user = threading.Thread(target=use)
        user.start()
        for number in range(4):
            backup(archive, tmp_path / f"backup{number}")
        stop.set()
        user.join()
    assert troubles == []
    for number in range(4):
        with restored(tmp_path / f"backup{number}") as copy:
            assert check(copy).faults == []
            assert {entry.id for entry in kept} <= {entry.id for entry in copy.find(size=10_000).entries}


def test_what_is_forgotten_before_its_file_is_copied_is_not_in_it(home: Settings, put: Put, tmp_path: Path) -> None:
    with Archive.open(home) as archive:
        gone, lost, stays = (put(archive, seed) for seed in range(3))
        assert archive.files

        def forget_first(names, total):  # type: ignore[no-untyped-def]
            archive.delete(gone.id)
            next(path for path in archive.files.walk() if path.name.startswith(str(lost.stored))).unlink()
            return names

        backup(archive, tmp_path / "backup", watch=forget_first)
    with restored(tmp_path / "backup") as copy:
        assert {entry.id for entry in copy.find().entries} == {lost.id, stays.id}
        assert [fault.kind for fault in check(copy).faults] == ["missing"]  # a fault of the archive is not hidden


def test_nothing_is_replaced(home: Settings, put: Put, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "mine.txt").write_text("mine")
    with Archive.open(home) as archive, pytest.raises(BadArchive, match="holds something"):
        backup(archive, tmp_path / "backup")
    assert [path.name for path in (tmp_path / "backup").iterdir()] == ["mine.txt"]


def test_a_failed_backup_leaves_nothing(home: Settings, put: Put, tmp_path: Path) -> None:
    def fail(names, total):  # type: ignore[no-untyped-def]
        raise KeyboardInterrupt

    with Archive.open(home) as archive:
        put(archive)
        with pytest.raises(KeyboardInterrupt):
            backup(archive, tmp_path / "backup", watch=fail)
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_with_postgresql_the_files_are_copied(postgresql: str, put: Put, tmp_path: Path) -> None:
    with Archive.open(Settings(archive=str(tmp_path / "archive"), archive_url=postgresql)) as archive:
        entry = put(archive)
        assert backup(archive, tmp_path / "backup").index is False
    with Archive.open(Settings(archive=str(tmp_path / "backup"), archive_url=postgresql)) as copy:
        assert copy.photo(entry.id)
        assert check(copy).faults == []


@pytest.mark.parametrize("target", ["archive", "archive/copy", "archive/files/copy"])
def test_a_backup_into_the_archive_itself_is_refused(settled: Settle, put: Put, tmp_path: Path, target: str) -> None:
    with Archive.open(settled()) as archive:
        put(archive)
        with pytest.raises(BadArchive, match="inside the archive"):
            backup(archive, tmp_path / target)
        assert check(archive).faults == []
