"""Which database, and what goes wrong on the way to it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.archive import deletion
from pawsight.archive.check import check
from pawsight.archive.database import where
from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.files import PhotoStore
from pawsight.archive.store import Archive
from pawsight.errors import ArchiveUnavailable, BadArchive, BadSettings, MissingExtra
from pawsight.images.strip_metadata import StrippedPhoto
from pawsight.settings import Settings
from pawsight.storage.lock import is_locked


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
    with pytest.raises(MissingExtra, match=r"\[postgres\]"):
        Archive.open(Settings(archive=str(tmp_path), archive_url="postgresql://me@db/paws"))


def test_a_file_that_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"nothing like a database " * 100)
    with pytest.raises(BadArchive, match="check --repair"):
        Archive.open(Settings(archive=str(tmp_path)))


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveUnavailable):
        Archive.open(Settings(archive=str(tmp_path / "file" / "archive")))


def test_an_index_that_cannot_be_opened_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    with pytest.raises(ArchiveUnavailable, match="cannot be opened for writing"):
        Archive.open(Settings(archive=str(tmp_path / "archive"), archive_url=f"sqlite:///{tmp_path / 'index'}"))


def test_others_may_not_look(tmp_path: Path, put: Callable[..., ArchiveEntry]) -> None:
    with Archive.open(Settings(archive=str(tmp_path / "archive"))) as archive:
        put(archive)
        assert archive.files
        [path] = archive.files.walk()
        assert path.stat().st_mode & 0o077 == 0
        assert (tmp_path / "archive").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("replaced", [True, False])
def test_an_index_that_is_replaced_while_it_is_in_use_takes_no_uploads(
    tmp_path: Path, put: Callable[..., ArchiveEntry], replaced: bool
) -> None:
    """What is written into a file that has no name any more is lost at the next start."""
    settings = Settings(archive=str(tmp_path / "archive"))
    path = settings.archive_folder / "index.sqlite"
    with Archive.open(settings) as archive:
        put(archive, 1)
        before = path.read_bytes()
        path.unlink()
        if replaced:
            path.write_bytes(before)
        for work in (lambda: put(archive, 2), archive.probe):
            with pytest.raises(ArchiveUnavailable, match="restart"):
                work()
        assert len(list((settings.archive_folder / "files").rglob("*.jpg"))) == 1


def test_an_interrupted_upload_is_removed_and_counted(tmp_path: Path, upload: Callable[[int], bytes]) -> None:
    """Killed between file and row: the file is whole, but nobody was promised anything."""
    settings = Settings(archive=str(tmp_path / "archive"))
    with Archive.open(settings) as archive:
        photo = archive.strip_metadata(upload(1))
        assert archive.files
        with pytest.raises(KeyboardInterrupt):
            crash(archive.files, photo)
        assert len(list(archive.files.walk())) == 1
    with Archive.open(settings) as archive:
        assert archive.files
        assert list(archive.files.walk()) == []
        assert list(archive.files.claims.iterdir()) == []
        assert list(archive.files.aside.iterdir()) == []
        assert archive.removed == 1


def crash(files: PhotoStore, photo: StrippedPhoto) -> None:
    with files.claim(photo) as claim:
        claim.place()
        raise KeyboardInterrupt


def test_a_photo_that_was_cut_off_is_made_whole_by_its_next_upload(
    tmp_path: Path, put: Callable[..., ArchiveEntry]
) -> None:
    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        entry = put(archive, 1)
        whole = archive.photo(entry.id)
        assert archive.files
        [path] = archive.files.walk()
        path.write_bytes(whole[:50])
        put(archive, 1)
        assert archive.photo(entry.id) == whole


def test_uploads_on_their_way_are_left_alone(tmp_path: Path, upload: Callable[[int], bytes]) -> None:
    settings = Settings(archive=str(tmp_path))
    with Archive.open(settings) as archive:
        photo = archive.strip_metadata(upload(1))
        assert archive.files
        with archive.files.claim(photo) as claim:
            claim.place()
            with Archive.open(settings) as second:  # tidies up at its start
                assert check(second, repair=True).faults == []
            assert archive.files.holds(claim.name)
            assert claim.path.exists()


def test_a_claim_of_a_living_store_that_failed_is_its_own_to_remove(
    tmp_path: Path, upload: Callable[[int], bytes]
) -> None:
    settings = Settings(archive=str(tmp_path))
    with Archive.open(settings) as archive:
        assert archive.files
        with pytest.raises(KeyboardInterrupt):
            crash(archive.files, archive.strip_metadata(upload(1)))
        with Archive.open(settings) as second:  # the first is alive, so that the second leaves its claim alone
            assert check(second, repair=True).faults == []
        [fault] = check(archive).faults
        assert fault.kind == "leftover"
        with archive.files.abandoned() as claims:
            assert [path.name[:64] for path in claims] == [archive.strip_metadata(upload(1)).sha256]


def test_closed_stores_leave_no_lock(tmp_path: Path, put: Callable[..., ArchiveEntry]) -> None:
    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        put(archive)
        [lock] = (tmp_path / "tmp").iterdir()
        assert is_locked(lock)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_strangers_in_our_folders_are_not_deleted(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path))
    Archive.open(settings).close()
    (tmp_path / "tmp" / "mine.txt").write_text("mine")
    (tmp_path / "tmp" / "folder").mkdir()
    Archive.open(settings).close()
    [aside] = (tmp_path / "lost+found").iterdir()
    assert aside.read_text() == "mine"


def test_a_start_that_fails_lets_go_of_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ArchiveUnavailable("The disk is gone.")

    monkeypatch.setattr(deletion, "recover", fail)
    with pytest.raises(ArchiveUnavailable, match="gone"):
        Archive.open(Settings(archive=str(tmp_path)))  # an open connection would be a warning, and so an error


def test_too_many_at_once(tmp_path: Path, put: Callable[..., ArchiveEntry]) -> None:
    with Archive.open(Settings(archive_keep="nothing")) as private:
        private.index.engine.pool._timeout = 0.05  # type: ignore[attr-defined]
        with private.index.reading() as session:
            session.connection()
            with pytest.raises(ArchiveUnavailable, match="busy"):
                put(private)


def test_after_a_fail_over_the_next_upload_works(
    postgresql: str, tmp_path: Path, put: Callable[..., ArchiveEntry]
) -> None:
    """The connections of the pool lead to what is now a read-only standby, or were cut."""
    import psycopg

    with Archive.open(Settings(archive=str(tmp_path), archive_url=postgresql)) as archive:
        put(archive, 1)
        with archive.index.engine.connect() as connection:
            connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            connection.commit()
        with pytest.raises(ArchiveUnavailable, match="read-only"):
            put(archive, 2)
        assert [path.name for path in tmp_path.rglob("*.jpg*")] == [f"{archive.find().entries[0].stored}.jpg"]
        put(archive, 2)
        with archive.index.engine.connect() as connection:
            connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            connection.commit()
        with pytest.raises(ArchiveUnavailable, match="read-only"):
            archive.probe()
        archive.probe()
        with psycopg.connect(postgresql, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        put(archive, 3)
        assert archive.find().total == 3


def test_sqlite_syncs_every_commit(tmp_path: Path) -> None:
    with Archive.open(Settings(archive=str(tmp_path))) as archive, archive.index.reading() as session:
        said = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_what_is_forgotten_cannot_be_read_from_the_disk(tmp_path: Path, put: Callable[..., ArchiveEntry]) -> None:
    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        entry = put(archive, visitor="token")
        thumbnail = archive.details(entry.id).thumbnail
        assert holding(tmp_path, thumbnail)
        archive.delete(entry.id)
        assert holding(tmp_path, thumbnail) == []
        assert holding(tmp_path, entry.id.encode()) == []


def holding(folder: Path, mark: bytes) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and mark in path.read_bytes()]
