"""`pawsight doctor` in a good setup, and in each kind of bad one."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.archive.store import Archive
from pawsight.settings import Settings
from pawsight.web.admin.password import make_hash


@pytest.fixture(autouse=True)
def setup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_model: Path) -> Path:
    """A setup of this test alone: a folder with settings, a free port and a model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shutil.copytree(tiny_model, tmp_path / "model")
    (tmp_path / "pawsight.toml").write_text('model = "model"\nmodels = "none"\nport = 0\n')
    return tmp_path


def findings(pawsight: Callable[..., Any], code: int) -> dict[str, list[dict[str, str]]]:
    ran = pawsight("doctor", "--format", "json")
    assert ran.code == code, ran.out
    found: dict[str, list[dict[str, str]]] = {}
    for one in json.loads(ran.out):
        found.setdefault(one["about"], []).append(one)
    return found


def test_a_good_setup(pawsight: Callable[..., Any], setup: Path) -> None:
    ran = pawsight("doctor")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert not [line for line in lines if line.startswith("WRONG")]
    assert f"model = model (from {setup / 'pawsight.toml'})" in ran.out
    assert "tiny-1: hashes and golden pictures are right" in ran.out
    assert "the tables are made at the first start" in ran.out
    assert len(lines) < 40  # one screen
    assert sorted(path.name for path in setup.iterdir()) == ["model", "pawsight.toml"]  # it changes nothing


def test_an_archive_that_is_there(pawsight: Callable[..., Any], setup: Path) -> None:
    Archive.open(Settings()).close()
    (database,) = findings(pawsight, 0)["database"]
    assert "schema 0" in database["says"]


def test_where_settings_come_from(pawsight: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAWSIGHT_MAX_BYTES", "5000")
    monkeypatch.setenv("PORT", "0")
    says = [one["says"] for one in findings(pawsight, 0)["setting"]]
    assert "max_bytes = 5000 (from PAWSIGHT_MAX_BYTES)" in says
    assert "port = 0 (from PORT)" in says


def test_a_password_is_not_shown(pawsight: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg", reason="needs psycopg: pip install '.[postgres]'")
    monkeypatch.setenv("PAWSIGHT_ARCHIVE_URL", "postgresql://me:secret@127.0.0.1:1/none?connect_timeout=2")
    ran = pawsight("doctor")
    assert ran.code == 1
    assert "secret" not in ran.out
    assert "WRONG    database" in ran.out


def test_a_hash_to_guess_from_is_not_shown(pawsight: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = make_hash("four words of mine")
    monkeypatch.setenv("PAWSIGHT_ADMIN_PASSWORD_HASH", kept)
    said = pawsight("doctor").out
    assert "admin_password_hash = ..." in said
    assert kept not in said


def test_a_damaged_model(pawsight: Callable[..., Any], setup: Path) -> None:
    (setup / "model" / "model.onnx").write_bytes(b"x")
    (model,) = findings(pawsight, 1)["model"]
    assert model["state"] == "wrong"
    assert model["hint"]


def test_a_port_in_use(pawsight: Callable[..., Any], setup: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        (setup / "pawsight.toml").write_text(f'model = "model"\nmodels = "none"\nport = {other.getsockname()[1]}\n')
        (port,) = findings(pawsight, 0)["port"]
    assert port["state"] == "warning"


def test_an_index_of_a_newer_pawsight(pawsight: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    Archive.open(Settings()).close()
    monkeypatch.setattr("pawsight.doctor.setup.HEAD", "0000")
    assert findings(pawsight, 1)["database"][0]["state"] == "wrong"
    monkeypatch.setattr("pawsight.doctor.setup.HEAD", "9999")
    assert findings(pawsight, 0)["database"][0]["state"] == "warning"


def test_an_archive_where_a_file_stands(pawsight: Callable[..., Any], setup: Path) -> None:
    (setup / "data").write_text("")
    assert "wrong" in {one["state"] for one in findings(pawsight, 1)["archive folder"]}


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names of files are text there")
def test_a_folder_whose_name_is_no_text(pawsight: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAWSIGHT_ARCHIVE", os.fsdecode(b"a\xffb"))
    [database] = findings(pawsight, 0)["database"]
    assert "the tables are made at the first start" in database["says"]
