"""`pawsight archive` as an operator types it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.settings import Settings

Run = Callable[..., Any]
Colours = dict[str, tuple[int, int, int]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAWSIGHT_ARCHIVE", str(tmp_path / "archive"))
    return tmp_path / "archive"


@pytest.fixture
def ids(folder: Path, classifier: Classifier, picture: Callable[..., bytes], colours: Colours) -> dict[str, str]:
    """An archive with a photo for each verdict of the tiny model: verdict -> id."""
    found = {}
    with Archive.open(Settings(archive=str(folder))) as archive:
        for verdict, colour in colours.items():
            data = picture(colour=colour)
            answer = classifier.predict([data])[0]
            entry = archive.put(archive.strip_metadata(data), answer, width=64, height=48, thumbnail=b"small")
            found[verdict] = entry.id
    return found


def test_list(pawsight: Run, ids: dict[str, str]) -> None:
    done = pawsight("archive", "list")
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert lines[0].split() == ["id", "time", "(UTC)", "verdict", "confidence", "correction", "model", "kB"]
    assert [line.split()[0] for line in lines[1:-1]] == list(ids.values())[::-1]
    assert lines[-1] == "Page 1 of 1, 5 in all."


def test_list_as_json(pawsight: Run, ids: dict[str, str]) -> None:
    done = pawsight("archive", "list", "--verdict", "unsure", "--format", "jsonl")
    [entry] = [json.loads(line) for line in done.out.splitlines()]
    assert (entry["id"], entry["verdict"], entry["model"]) == (ids["unsure"], "unsure", "tiny-1")


def test_a_page_beyond_the_last(pawsight: Run, ids: dict[str, str]) -> None:
    assert pawsight("archive", "list", "--page", "9999").out.splitlines()[-1] == "Page 9999 of 1, 5 in all."


def test_check_mend_and_answer_again(pawsight: Run, ids: dict[str, str], folder: Path, tiny_model: Path) -> None:
    assert pawsight("archive", "check").out == "5 files read, 0 faults.\n"
    for path in folder.glob("index.sqlite*"):
        path.unlink()
    lost = pawsight("archive", "list")
    assert (lost.code, "check --repair" in lost.err) == (2, True)  # not shown as an empty archive
    assert pawsight("archive", "check").code == 1
    mended = pawsight("archive", "check", "--repair")
    assert (mended.code, mended.out.count("given an entry, unanswered")) == (0, 5)
    assert pawsight("archive", "classify", "--model", tiny_model).out == "5 photos classified.\n"
    assert pawsight("archive", "check").code == 0
    with Archive.open(Settings(archive=str(folder))) as archive:
        entries = archive.find().entries
        assert {entry.verdict for entry in entries} == set(ids)
        assert archive.details(entries[0].id).thumbnail.startswith(b"\xff\xd8")


def test_export(pawsight: Run, ids: dict[str, str], folder: Path, tmp_path: Path) -> None:
    with Archive.open(Settings(archive=str(folder))) as archive:
        archive.correct(ids["unsure"], "dog")
        archive.correct(ids["neither"], "both")
    done = pawsight("archive", "export", tmp_path / "photos")
    assert done.code == 0
    assert done.out.splitlines()[:2] == [
        "dog: 1",
        "1 photos show several classes and are left out: a folder holds one class.",
    ]
    assert len(list((tmp_path / "photos" / "dog").iterdir())) == 1


def test_an_export_tells_of_damaged_photos(pawsight: Run, ids: dict[str, str], folder: Path, tmp_path: Path) -> None:
    with Archive.open(Settings(archive=str(folder))) as archive:
        for id in ids.values():
            archive.correct(id, "cat")
        assert archive.files
        next(archive.files.walk()).write_bytes(b"")
    done = pawsight("archive", "export", tmp_path / "photos")
    assert done.code == 0
    assert "1 photos are missing or damaged, and are left out: `pawsight archive check` names them." in done.out


def test_nothing_to_export(pawsight: Run, ids: dict[str, str], tmp_path: Path) -> None:
    done = pawsight("archive", "export", tmp_path / "photos")
    assert (done.code, "Nothing to export" in done.out, (tmp_path / "photos").exists()) == (1, True, False)


def test_what_was_set_aside_is_counted(pawsight: Run, ids: dict[str, str], folder: Path) -> None:
    (folder / "lost+found" / "old.jpg").write_bytes(bytes(2000))
    done = pawsight("archive", "check")
    assert (done.code, "1 files (2 kB) are in lost+found." in done.out) == (0, True)


def test_purge(pawsight: Run, ids: dict[str, str]) -> None:
    assert pawsight("archive", "purge").code == 2
    assert pawsight("archive", "purge", "--days", "1").out == "0 entries deleted.\n"
    assert pawsight("archive", "purge", "--max-bytes", "0").out == "5 entries deleted.\n"


def test_forget(pawsight: Run, ids: dict[str, str]) -> None:
    done = pawsight("archive", "delete", ids["cat"], "0" * 32)
    assert (done.code, done.out, done.err) == (1, "1 entries deleted.\n", f"{'0' * 32}: not here\n")
    assert pawsight("archive", "delete", ids["dog"]).code == 0
    assert pawsight("archive", "list").out.splitlines()[-1] == "Page 1 of 1, 3 in all."


def test_backup_and_restore(pawsight: Run, ids: dict[str, str], folder: Path, tmp_path: Path) -> None:
    done = pawsight("archive", "backup", tmp_path / "monday")
    assert (done.code, done.out) == (0, f"Wrote {tmp_path / 'monday'}: 5 files and the index.\n")
    before = pawsight("archive", "list").out
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "monday", folder)
    assert pawsight("archive", "check").out == "5 files read, 0 faults.\n"
    assert pawsight("archive", "list").out == before
    assert pawsight("archive", "backup", tmp_path / "monday").code == 2


@pytest.mark.parametrize("words", [["list"], ["check"], ["backup", "somewhere"]])
def test_a_mistyped_folder_makes_no_archive(pawsight: Run, tmp_path: Path, words: list[str]) -> None:
    done = pawsight("archive", *words, "--archive", tmp_path / "typo")
    assert (done.code, (tmp_path / "typo").exists()) == (2, False)
    assert "There is no archive" in done.err


def test_nothing_is_kept(pawsight: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAWSIGHT_ARCHIVE_KEEP", "nothing")
    done = pawsight("archive", "list")
    assert (done.code, "archive_keep" in done.err) == (2, True)
