"""Folders of the archive that disappear while it serves: tidied up, or on a disk that is not mounted any more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.files import PhotoStore
from pawsight.archive.store import Archive
from pawsight.errors import ArchiveUnavailable
from pawsight.settings import Settings


def test_empty_folders_may_be_tidied_up_while_the_server_runs(tmp_path: Path, put: Callable[..., ArchiveEntry]) -> None:
    """As by `find -empty -delete`, or a program that empties folders called `tmp`."""
    with Archive.open(Settings(archive=str(tmp_path / "archive"))) as archive:
        entry = put(archive, 1)
        archive.delete(entry.id)
        for folder in ("files", "tmp"):
            shutil.rmtree(tmp_path / "archive" / folder)
        archive.probe()
        assert archive.photo(put(archive, 1).id)
        assert archive.files
        with archive.files.abandoned() as claims:
            assert claims == []
        with PhotoStore(tmp_path / "archive").abandoned() as claims:
            assert claims == []


def test_a_disk_that_is_not_mounted_any_more_gets_no_photos(tmp_path: Path, put: Callable[..., ArchiveEntry]) -> None:
    with Archive.open(Settings(archive=str(tmp_path / "archive"))) as archive:
        put(archive, 1)
        shutil.rmtree(tmp_path / "archive")
        with pytest.raises(ArchiveUnavailable):
            archive.probe()
        with pytest.raises(ArchiveUnavailable):
            put(archive, 2)
        assert not (tmp_path / "archive").exists()
