"""Which database, and what goes wrong on the way to it."""

from __future__ import annotations

import fcntl
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pawsight.archive import disk, index, leave
from pawsight.archive.check import check
from pawsight.archive.entry import Entry
from pawsight.archive.files import Files
from pawsight.archive.index import where
from pawsight.archive.photo import Photo
from pawsight.archive.store import Archive
from pawsight.errors import ArchiveUnavailable, BadArchive, BadSettings, MissingExtra
from pawsight.settings import Settings


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("", "sqlite:////srv/archive/index.sqlite"),
        ("postgres://me@db/paws", "postgresql+psycopg://me@db/paws"),
        ("postgresql://me@db/paws", "postgresql+psycopg://me@db/paws"),
        ("postgresql+psycopg2://me@db/paws", "postgresql+psycopg://me@db/paws"),
        ("sqlite:////elsewhere/index", "sqlite:////elsewhere/index"),
    ],
)
def test_which_database(url: str, meant: str) -> None:
    assert where(Path("/srv/archive"), url).render_as_string() == meant


@pytest.mark.parametrize("url", ["no url", "mysql://me@db/paws", "sqlite://", "sqlite:///:memory:"])
def test_what_is_no_database_for_us(url: str) -> None:
    with pytest.raises(BadSettings, match="archive_url"):
        where(Path("/srv/archive"), url)


def test_no_password_in_any_message(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="needs psycopg")
    settings = Settings(archive=str(tmp_path), archive_url="postgresql://me:secret@127.0.0.1:1/paws")
    with pytest.raises(ArchiveUnavailable) as caught:
        Archive.open(settings)
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pawsight\[postgres\]"):
        Archive.open(Settings(archive=str(tmp_path), archive_url="postgresql://me@db/paws"))


def test_a_file_that_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"nothing like a database " * 100)
    with pytest.raises(BadArchive, match="check --repair"):
        Archive.open(Settings(archive=str(tmp_path)))


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveUnavailable):
        Archive.open(Settings(archive=str(tmp_path / "file" / "archive")))


def test_others_may_not_look(tmp_path: Path, put: Callable[..., Entry]) -> None:
    with Archive.open(Settings(archive=str(tmp_path / "archive"))) as archive:
        put(archive)
        assert archive.files
        [path] = archive.files.walk()
        assert path.stat().st_mode & 0o077 == 0
        assert (tmp_path / "archive").stat().st_mode & 0o077 == 0


def test_an_orphan_of_a_crash_moves_aside_at_the_start(tmp_path: Path, upload: Callable[[int], bytes]) -> None:
    """Killed between file and row: the file is whole, but nobody was promised anything."""
    settings = Settings(archive=str(tmp_path / "archive"))
    with Archive.open(settings) as archive:
        photo = archive.clean(upload(1))
        assert archive.files
        with pytest.raises(KeyboardInterrupt):
            crash(archive.files, photo)
        assert len(list(archive.files.walk())) == 1
    with Archive.open(settings) as archive:
        assert archive.files
        assert list(archive.files.walk()) == []
        assert list(archive.files.claims.iterdir()) == []
        [aside] = archive.files.aside.iterdir()
        assert aside.read_bytes() == photo.data


def crash(files: Files, photo: Photo) -> None:
    with files.claim(photo) as claim:
        claim.place()
        raise KeyboardInterrupt


def test_a_photo_that_was_cut_off_is_made_whole_by_its_next_upload(tmp_path: Path, put: Callable[..., Entry]) -> None:
    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        entry = put(archive, 1)
        whole = archive.photo(entry.id)
        assert archive.files
        [path] = archive.files.walk()
        path.write_bytes(whole[:50])
        put(archive, 1)
        assert archive.photo(entry.id) == whole


def test_an_upload_whose_claim_is_swept_away_claims_again(
    tmp_path: Path, put: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server starts, and tidies up, between our making the file and our locking it."""
    real, swept = fcntl.flock, []

    def flock(file: int, how: int) -> None:
        if not swept:
            swept.append(next((tmp_path / "tmp").iterdir()))
            swept[0].unlink()
        real(file, how)

    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        monkeypatch.setattr(fcntl, "flock", flock)
        assert archive.photo(put(archive).id)
        assert swept


def test_uploads_on_their_way_are_left_alone(tmp_path: Path, upload: Callable[[int], bytes]) -> None:
    settings = Settings(archive=str(tmp_path))
    with Archive.open(settings) as archive:
        photo = archive.clean(upload(1))
        assert archive.files
        with archive.files.claim(photo) as claim:
            claim.place()
            with Archive.open(settings) as second:  # tidies up at its start
                assert check(second, repair=True).faults == []
            assert archive.files.holds(claim.name)
            assert claim.path.exists()


def test_a_system_without_locks_leaves_leftovers(
    tmp_path: Path, put: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "fcntl", None)
    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        put(archive)
        (tmp_path / "tmp" / "left").write_text("over")
    Archive.open(Settings(archive=str(tmp_path))).close()
    assert (tmp_path / "tmp" / "left").exists()


def test_strangers_in_our_folders_are_not_deleted(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path))
    Archive.open(settings).close()
    (tmp_path / "tmp" / "mine.txt").write_text("mine")
    (tmp_path / "tmp" / "folder").mkdir()
    Archive.open(settings).close()
    [aside] = (tmp_path / "lost+found").iterdir()
    assert aside.read_text() == "mine"


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


def test_an_index_that_stays_locked_is_named(
    tmp_path: Path, put: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "PATIENCE", 0)
    monkeypatch.setattr(index, "_PRAGMAS", ("busy_timeout=0",))
    settings = Settings(archive=str(tmp_path))
    with Archive.open(settings) as archive, closing(sqlite3.connect(tmp_path / "index.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveUnavailable, match="locked by another program"):
            put(archive)
        other.rollback()
        put(archive)


def test_a_start_that_fails_lets_go_of_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ArchiveUnavailable("The disk is gone.")

    monkeypatch.setattr(leave, "recover", fail)
    with pytest.raises(ArchiveUnavailable, match="gone"):
        Archive.open(Settings(archive=str(tmp_path)))  # an open connection would be a warning, and so an error


def test_too_many_at_once(tmp_path: Path, put: Callable[..., Entry]) -> None:
    with Archive.open(Settings(archive_keep="nothing")) as private:
        private.index.engine.pool._timeout = 0.05  # type: ignore[attr-defined]
        with private.index.reading() as session:
            session.connection()
            with pytest.raises(ArchiveUnavailable, match="busy"):
                put(private)
