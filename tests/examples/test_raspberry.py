"""The script for small computers answers like Pawsight, without Pawsight."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pawsight.card import LITERT, Input, read_card, read_file, seal_file
from pawsight.classifier import Classifier

SCRIPT = Path(__file__).parents[2] / "examples" / "raspberry.py"


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-I",
        SCRIPT,
        *words,
    ]  # isolated: no PYTHONPATH, so that Pawsight is not found by accident
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_it_imports_numpy_pillow_and_litert_alone() -> None:
    names = {
        line.split()[1].partition(".")[0]
        for line in SCRIPT.read_text().splitlines()
        if line.startswith(("from ", "import "))
    }
    assert names - set(sys.stdlib_module_names) == {"numpy", "PIL", "ai_edge_litert"}


def test_the_same_answers_as_the_command_line(
    exported: dict[str, Path], photos: Path, picture: Callable[..., bytes]
) -> None:
    (photos / "turned.jpg").write_bytes(picture(300, 200, seed=1, orientation=6))
    (photos / "large.jpg").write_bytes(picture(1600, 900, seed=2))
    (photos / "clear.png").write_bytes(picture(format="PNG", mode="RGBA"))
    paths = sorted(map(str, photos.iterdir()))
    done = run(exported["litert"], *paths)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    expected = Classifier.load(exported["litert"]).predict(paths)
    assert [line["path"] for line in lines] == paths
    for line, answer in zip(lines, expected, strict=True):
        shown: dict[str, Any] = answer.to_dict()
        assert {name: line[name] for name in ("label", "verdict", "model")} == {
            name: shown[name] for name in ("label", "verdict", "model")
        }
        assert line["scores"] == pytest.approx(shown["scores"], abs=1e-4)


def test_a_file_that_is_no_photo_gets_a_line(exported: dict[str, Path], tmp_path: Path, photos: Path) -> None:
    (tmp_path / "notes.txt").write_text("no photo")
    done = run(exported["litert"], tmp_path / "notes.txt", photos / "cat.jpg")
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert "cannot identify" in first["error"]
    assert second["label"] == "cat"


def test_it_refuses_by_golden_pictures(exported: dict[str, Path], tmp_path: Path, photos: Path) -> None:
    card = read_card(exported["litert"])
    graph = read_file(exported["litert"], LITERT, card)
    for number, changes in enumerate([{"classes": card.classes[::-1]}, {"input": Input(size=32, fit="crop")}]):
        path = tmp_path / f"{number}.tflite"
        path.write_bytes(seal_file(msgspec.structs.replace(card, **changes), graph))
        done = run(path, photos / "cat.jpg")
        assert done.returncode == 1
        assert "answers golden picture 0 with" in done.stderr
        assert done.stdout == ""


def test_it_refuses_a_damaged_file(exported: dict[str, Path], tmp_path: Path, photos: Path) -> None:
    whole = bytearray(exported["litert"].read_bytes())
    with zipfile.ZipFile(exported["litert"]) as archive:
        whole[archive.infolist()[0].header_offset // 2] ^= 1
    (tmp_path / "x.tflite").write_bytes(whole)
    assert "SHA-256" in run(tmp_path / "x.tflite", photos / "cat.jpg").stderr
