"""Copies that are whole where a file system refuses permissions, times or extended attributes."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from pawsight.batch.files import carry, copy

CHANGES = {"chmod": "permissions", "utime": "times", "setxattr": "extended attributes"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "felix.jpg"
    path.write_bytes(b"photo")
    path.chmod(0o640)
    os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    return path


def test_a_copy_carries_permissions_and_times(source: Path, tmp_path: Path) -> None:
    copied, status = copy(source, tmp_path / "part"), (tmp_path / "part").stat()
    assert copied.refused == ()
    assert stat.S_IMODE(status.st_mode) == 0o640
    assert status.st_mtime_ns == 2_000_000_000


def test_a_write_protected_photo_keeps_its_extended_attributes(source: Path, tmp_path: Path) -> None:
    try:
        os.setxattr(source, "user.rating", b"5")
    except (OSError, AttributeError):
        pytest.skip("needs a file system with extended attributes")
    source.chmod(0o400)
    assert copy(source, tmp_path / "part").refused == ()
    assert os.getxattr(tmp_path / "part", "user.rating") == b"5"


def test_a_file_that_cannot_be_removed_stays_in_one_place(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked memory card: its photos can be copied, not moved."""
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == source:
            raise OSError(errno.EROFS, "Read-only file system")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OSError, match="Read-only"):
        carry(source, tmp_path / "part", tmp_path / "target")
    assert source.read_bytes() == b"photo"
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("refused", CHANGES)
def test_a_file_system_that_refuses_an_attribute(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    if not hasattr(os, refused):
        pytest.skip(f"needs os.{refused}")
    monkeypatch.setattr(os, "listxattr", lambda _: ["user.rating"], raising=False)
    monkeypatch.setattr(os, "getxattr", lambda *_: b"5", raising=False)
    monkeypatch.setattr(os, "setxattr", lambda *_: None, raising=False)

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, refused, refuse)
    assert copy(source, tmp_path / "part").refused == (CHANGES[refused],)
    assert (tmp_path / "part").read_bytes() == b"photo"
    assert carry(source, tmp_path / "part", tmp_path / "target") == (CHANGES[refused],)
    assert not source.exists()
