"""The file of an upload is written while its prediction is made."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.archive.check import check
from pawsight.archive.store import Archive
from pawsight.classifier import Prediction
from pawsight.errors import ArchiveUnavailable
from pawsight.settings import Settings
from pawsight.storage import durable

Predicted = tuple[Prediction, float]


def test_the_file_is_complete_before_the_prediction_is(
    tmp_path: Path, upload: Callable[[int], bytes], prediction: Callable[..., Prediction]
) -> None:
    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        photo = archive.strip_metadata(upload(1))
        placed = threading.Event()

        def predict() -> Predicted:
            files = archive.files
            while files and not list(files.walk()):
                threading.Event().wait(0.01)
            placed.set()
            assert archive.find().total == 0
            return prediction(), 1.0

        entry, _ = archive.put_while(photo, predict, width=64, height=48)
        assert placed.is_set()
        assert archive.photo(entry.id) == photo.data
        assert check(archive).faults == []


def test_a_prediction_that_fails_leaves_nothing(tmp_path: Path, upload: Callable[[int], bytes]) -> None:
    def predict() -> Predicted:
        raise ZeroDivisionError

    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                archive.put_while(archive.strip_metadata(upload(1)), predict, width=64, height=48)
        assert [path for path in tmp_path.rglob("*.jpg*") if path.is_file()] == []
        assert check(archive).faults == []


def test_the_prediction_is_what_is_wrong_where_the_disk_fails_too(
    tmp_path: Path, upload: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def predict() -> Predicted:
        raise ZeroDivisionError

    def refuse(*_: object) -> None:
        raise ArchiveUnavailable("The disk is gone.")

    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        photo = archive.strip_metadata(upload(1))
        monkeypatch.setattr(durable, "create", refuse)
        with pytest.raises(ZeroDivisionError):
            archive.put_while(photo, predict, width=64, height=48)
        monkeypatch.undo()
        assert check(archive).faults == []


def test_many_uploads_at_once(
    tmp_path: Path, upload: Callable[[int], bytes], prediction: Callable[..., Prediction]
) -> None:
    """More than have their files written ahead."""
    with Archive.open(Settings(archive=str(tmp_path))) as archive:
        photos = [archive.strip_metadata(upload(seed % 12)) for seed in range(24)]
        together = threading.Barrier(len(photos), timeout=60)

        def put(number: int) -> None:
            def predict() -> Predicted:
                together.wait()
                return prediction(seed=number), 1.0

            archive.put_while(photos[number], predict, width=64, height=48)

        threads = [threading.Thread(target=put, args=(number,)) for number in range(len(photos))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        report = check(archive)
        assert (archive.find().total, report.files, report.faults) == (24, 12, [])


def test_nothing_is_written_ahead_where_nothing_is_kept(
    upload: Callable[[int], bytes], prediction: Callable[..., Prediction]
) -> None:
    with Archive.open(Settings(archive_keep="nothing")) as archive:
        said = prediction()
        entry, same = archive.put_while(archive.strip_metadata(upload(1)), lambda: (said, 2.5), width=64, height=48)
        assert same is said
        assert (entry.stored, entry.milliseconds) == (None, 2.5)


DROPPED = """
import gc, sys, threading, weakref
from pathlib import Path
from pawsight.archive.store import Archive
from pawsight.settings import Settings

class App:
    def __init__(self, folder):
        self.itself, archive = self, Archive.open(Settings(archive=str(folder)))
        archive._uploads._ahead.submit(int).result()
        weakref.finalize(self, archive.close)

keep_count = threading._maintain_shutdown_locks

def collect():
    gc.collect()
    keep_count()

gc.disable()
App(Path(sys.argv[1]))
threading._maintain_shutdown_locks = collect  # the garbage collector may run there
thread = threading.Thread(target=int)
thread.start()
thread.join()
"""


@pytest.mark.skipif(not hasattr(threading, "_maintain_shutdown_locks"), reason="Python 3.13 starts threads without it")
def test_an_archive_that_is_dropped_while_a_thread_starts_is_closed(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", DROPPED, tmp_path], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
