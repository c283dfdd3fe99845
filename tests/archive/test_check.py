"""Every planted fault is found and mended; nothing that is well is ever named."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.archive.check import Fault, check
from pawsight.archive.entry import UNANSWERED, ArchiveEntry, Filter
from pawsight.archive.store import Archive
from pawsight.errors import EntryNotFound
from pawsight.settings import Settings

Put = Callable[..., ArchiveEntry]
Settle = Callable[..., Settings]


def where(archive: Archive, entry: ArchiveEntry) -> Path:
    assert archive.files
    return next(path for path in archive.files.walk() if path.name.startswith(entry.stored or "-"))


def flip(path: Path, at: int = 100) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def aside(archive: Archive) -> int:
    assert archive.files
    return len(list(archive.files.aside.iterdir()))


def test_a_sound_archive(archive: Archive, put: Put) -> None:
    for seed in range(5):
        put(archive, seed)
    put(archive, 0)
    report = check(archive)
    assert (report.files, report.faults) == (5, [])


def test_faults_are_found_and_mended(archive: Archive, put: Put) -> None:
    assert archive.files
    missing, changed, cut, sound = (put(archive, seed) for seed in range(4))
    archive.correct(changed.id, "dog")
    where(archive, missing).unlink()
    flip(where(archive, changed))
    path = where(archive, cut)
    path.write_bytes(path.read_bytes()[:-1])
    foreign = archive.files.final / "notes.txt"
    foreign.write_text("mine")
    lying = where(archive, sound).parent / f"{'0' * 64}.jpg"
    lying.write_bytes(b"not where its name belongs")
    (archive.files.claims / f"{'1' * 64}.jpg.abc").write_bytes(b"half a pho")
    wanted = Counter(missing=1, changed=2, foreign=2, leftover=1)

    assert Counter(fault.kind for fault in check(archive).faults) == wanted
    mended = check(archive, repair=True).faults
    assert Counter(fault.kind for fault in mended) == wanted
    assert all(fault.repaired for fault in mended)
    assert check(archive).faults == []
    assert aside(archive) == 4  # all but the missing one and the half one
    assert archive.get(changed.id).correction == "dog"
    for lost in (missing, changed, cut):
        assert archive.get(lost.id).stored is None
        with pytest.raises(EntryNotFound):
            archive.photo(lost.id)
    assert archive.photo(sound.id)


def test_a_lost_index_is_rebuilt_from_files(
    settled: Settle, put: Put, prediction: Callable[..., object], tmp_path: Path
) -> None:
    with Archive.open(settled()) as archive:
        entries = [put(archive, seed) for seed in range(3)]
        empty(archive)
    with Archive.open(settled()) as archive:
        assert {fault.kind for fault in check(archive).faults} == {"extra"}
        check(archive, repair=True)
        assert check(archive).faults == []
        found = archive.find(Filter(verdict=UNANSWERED)).entries
        assert {entry.stored for entry in found} == {entry.stored for entry in entries}
        assert {(entry.width, entry.height, entry.format, entry.scores == {}) for entry in found} == {
            (64, 48, "JPEG", True)
        }
        with pytest.raises(EntryNotFound):
            archive.details(found[0].id)
        answered = archive.replace_prediction(found[0].id, prediction("dog"), thumbnail=b"small")  # type: ignore[arg-type]
        assert (answered.verdict, archive.details(answered.id).thumbnail) == ("dog", b"small")


def empty(archive: Archive) -> None:
    """Lose all rows, as with an index that was restored from long ago."""
    import sqlalchemy as sa

    from pawsight.archive.tables import EntryRow

    with archive.index.writing() as session:
        session.execute(sa.delete(EntryRow))


def test_extra_files_that_are_no_photos_move_aside(archive: Archive) -> None:
    import hashlib

    assert archive.files
    data = b"\xff\xd8 not really a photo"
    name = hashlib.sha256(data).hexdigest()
    path = archive.files.final / name[:2] / name[2:4] / f"{name}.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    [fault] = check(archive, repair=True).faults
    assert (fault.kind, fault.repaired.split("/")[0]) == ("extra", "moved to lost+found")
    assert check(archive).faults == []


def test_a_damaged_index_is_named(tmp_path: Path, put: Put) -> None:
    settings = Settings(archive=str(tmp_path))
    with Archive.open(settings) as archive:
        for seed in range(30):
            put(archive, seed)
    with sqlite3.connect(tmp_path / "index.sqlite") as raw:
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("DELETE FROM sqlite_master WHERE name = 'ix_entries_model'")
    raw.close()
    with Archive.open(settings) as archive:
        assert "index" in {fault.kind for fault in check(archive).faults}


def test_many_planted_faults(archive: Archive, put: Put) -> None:
    assert archive.files
    entries = [put(archive, seed) for seed in range(int(os.environ.get("PAWSIGHT_TEST_FILES", "60")))]
    chance = random.Random(3)
    planted = chance.sample(entries, len(entries) // 6)
    for number, entry in enumerate(planted):
        path = where(archive, entry)
        if number % 2:
            path.unlink()
        else:
            flip(path, chance.randrange(path.stat().st_size))
    found = {fault.name.partition(".")[0] for fault in check(archive).faults}
    assert found == {entry.stored for entry in planted}


def test_no_false_alarms_while_the_archive_is_in_use(archive: Archive, put: Put) -> None:
    """Uploads of the same few photos and removals, as fast as they go, while checks run."""
    stop, troubles = threading.Event(), []

    def use(first: int) -> None:
        try:
            while not stop.is_set():
                ids = [put(archive, first + seed % 3).id for seed in range(4)]
                for id in ids:
                    archive.delete(id)
        except Exception as error:
            troubles.append(error)

    users = [threading.Thread(target=use, args=(first,)) for first in (0, 1)]
    for user in users:
        user.start()
    faults: list[Fault] = []
    for _ in range(int(os.environ.get("PAWSIGHT_TEST_CHECKS", "15"))):
        faults += check(archive).faults
    stop.set()
    for user in users:
        user.join()
    assert (troubles, faults) == ([], [])
    assert check(archive).faults == []


def test_an_upload_that_comes_while_its_loss_is_mended_keeps_its_file(archive: Archive, put: Put) -> None:
    old = put(archive, 1)
    where(archive, old).unlink()

    def upload_meanwhile(paths, total):  # type: ignore[no-untyped-def]
        new.append(put(archive, 1))
        return paths

    new: list[ArchiveEntry] = []
    assert check(archive, repair=True, watch=upload_meanwhile).faults == []
    assert archive.photo(new[0].id) == archive.photo(old.id)


def test_what_is_forgotten_while_a_check_runs_is_no_fault(archive: Archive, put: Put) -> None:
    entry = put(archive, 1)

    def forget_meanwhile(paths, total):  # type: ignore[no-untyped-def]
        archive.delete(entry.id)
        return paths

    assert check(archive, watch=forget_meanwhile).faults == []


def test_private_archives_have_nothing_to_check(tmp_path: Path) -> None:
    with Archive.open(Settings(archive_keep="nothing")) as archive:
        assert check(archive).faults == []


def test_a_full_copy_of_the_folder_is_an_archive(tmp_path: Path, put: Put) -> None:
    with Archive.open(Settings(archive=str(tmp_path / "one"))) as archive:
        entry = put(archive)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    with Archive.open(Settings(archive=str(tmp_path / "two"))) as archive:
        assert archive.get(entry.id) == entry
        assert check(archive).faults == []
