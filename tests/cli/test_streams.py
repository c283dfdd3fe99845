"""The command line where its output is odd: a full disk, a console that lacks letters, names of any bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
UTF8, CP1252 = {"PYTHONUTF8": "1"}, {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"}


def run(*words: str | Path, env: dict[str, str] | None = None, stdout: int | None = None) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "pawsight", *map(os.fsencode, words)],
        env=os.environ | (env or {}),
        stdout=subprocess.PIPE if stdout is None else stdout,
        stderr=subprocess.PIPE,
        timeout=120,
    )
    return done.returncode, done.stdout or b"", done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "words", [["--help"], ["models"], ["predict", "PHOTOS"], ["predict", "PHOTOS", "--format", "csv"]]
)
def test_a_full_disk_is_one_line_and_an_exit_code(words: list[str], photos: Path, tiny_model: Path) -> None:
    named = [str(photos) if word == "PHOTOS" else word for word in words]
    if "predict" in words:
        named += ["--model", str(tiny_model)]
    with FULL.open("wb") as full:
        code, _, said = run(*named, stdout=full.fileno())
    last = said.decode().splitlines()[-1]
    assert code == 2
    assert "No space left on device" in last
    assert b"Traceback" not in said
    assert b"Exception ignored" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes as POSIX has them")
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["sort", "-h"],
        ["models"],
        ["doctor"],
        ["predict", "PHOTOS"],
        ["predict", "PHOTOS", "--format", "csv"],
    ],
)
def test_a_reader_that_has_gone_ends_it_quietly(words: list[str], both: bool, photos: Path, tiny_model: Path) -> None:
    named = [str(photos) if word == "PHOTOS" else word for word in words]
    if "predict" in words:
        named += ["--model", str(tiny_model)]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pawsight", *named],
            stdout=writing,
            stderr=writing if both else subprocess.PIPE,
            timeout=120,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr or b"") == (141, b"")


def odd_names(folder: Path) -> list[bytes]:
    """Photos of names that some console cannot show; those that this file system takes."""
    names = ["猫.jpg".encode(), b"fotos-\xe4.jpg", "\U0001f408.jpg".encode(), b"line\nend\r.jpg"]
    content = (folder / "cat.jpg").read_bytes()
    taken = []
    for name in names:
        try:
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(content)
        except OSError:
            continue
        taken.append(name)
    return taken


@pytest.mark.long
@pytest.mark.parametrize("env", [UTF8, CP1252, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_every_name_can_be_printed(photos: Path, tiny_model: Path, env: dict[str, str], form: str) -> None:
    names = odd_names(photos)
    code, out, said = run("predict", photos, "--model", tiny_model, "--format", form, env=env)
    assert (code, b"Traceback" in said) == (0, False), said
    lines = 5 + len(names) + (form != "jsonl")
    assert len(out.splitlines()) >= lines if form == "csv" else len(out.splitlines()) == lines


@pytest.mark.long
@pytest.mark.parametrize("env", [UTF8, CP1252])
def test_an_error_about_a_name_is_one_line(tmp_path: Path, env: dict[str, str]) -> None:
    for name in (b"fotos-\xe4", "猫\r\n\x1b[2J".encode()):
        code, _, said = run("data", "prepare", tmp_path / os.fsdecode(name), "--out", tmp_path / "out", env=env)
        assert code == 2
        assert said.count(b"\n") == 1
        assert b"\x1b" not in said
