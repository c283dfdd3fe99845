"""What to type for a missing extra: it must work when it is pasted."""

from __future__ import annotations

import importlib
import json
import shlex
import sys
from importlib import metadata
from pathlib import Path

import pytest

from pawsight.errors import MissingExtra
from pawsight.extras import install_hint, needs_extra


def installed_from(folder: Path, editable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the package be installed from a folder, as pip records it (PEP 610)."""
    record = {"url": folder.as_uri(), "dir_info": {"editable": True} if editable else {}}
    (info := folder / "pawsight-1.dist-info").mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pawsight\nVersion: 1\n")
    (info / "direct_url.json").write_text(json.dumps(record))
    monkeypatch.setattr(metadata, "distribution", lambda name: metadata.PathDistribution(info))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (folder := tmp_path / "paw sight").mkdir()
    (folder / "constraints.txt").touch()
    return folder


@pytest.mark.parametrize("editable", [True, False])
def test_it_works_from_any_folder(source: Path, editable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    installed_from(source, editable, monkeypatch)
    (elsewhere := source.parent / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    word, command = install_hint("train").split(" ", 1)
    assert word == "Type:"
    assert shlex.split(command) == [
        *(sys.executable, "-m", "pip", "install", "--constraint", str(source / "constraints.txt")),
        *(["--editable"] if editable else []),
        f"{source}[train]",
    ]


def test_in_the_folder_of_the_source_it_is_short(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed_from(source, True, monkeypatch)
    monkeypatch.chdir(source)
    monkeypatch.setattr(sys, "executable", str(source / ".venv" / "bin" / "python"))
    expected = 'Type: .venv/bin/python -m pip install --constraint constraints.txt --editable ".[ray]"'
    assert install_hint("ray") == expected


def test_where_the_source_is_gone(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed_from(source, False, monkeypatch)
    (source / "constraints.txt").unlink()
    (project := source.parent / "project").mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setattr(sys, "executable", f"{project}/../env/bin/python")
    folder, command = install_hint("ray").split(", type: ")
    assert folder == "In the folder of Pawsight's source"
    python, rest = command.split(" ", 1)
    assert Path(python) == source.parent / "env" / "bin" / "python"  # from whatever folder it is typed
    assert rest == '-m pip install --constraint constraints.txt ".[ray]"'


def test_a_missing_library_is_named() -> None:
    with pytest.raises(MissingExtra, match="needs no_such_library") as raised, needs_extra("learn"):
        import no_such_library  # type: ignore[import-not-found]  # noqa: F401
    assert raised.value.hint == install_hint("learn")


def test_the_wrapper_without_scikit_learn_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pawsight.sklearn", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(MissingExtra, match=r'This needs sklearn.*\[learn\]"'):
        importlib.import_module("pawsight.sklearn")


def test_what_keras_runs_on_is_an_extra_of_its_own() -> None:
    with pytest.raises(MissingExtra, match=r"jax.*\[jax\]"), needs_extra("train"):
        raise ModuleNotFoundError("No module named 'jax'", name="jax")
