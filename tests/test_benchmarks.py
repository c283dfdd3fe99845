"""The benchmarks of a server still run: here with little to do and a tiny model, so their figures say nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
ROOT = Path(__file__).parents[1]


def run(model: Path, name: str, *words: str) -> str:
    """What a benchmark prints; it must succeed."""
    command = [sys.executable, str(ROOT / "benchmarks" / name), *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PAWSIGHT_MODEL": str(model)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@LINUX
def test_soak(tiny_model: Path) -> None:
    """Memory and open files may do what they want: six uploads do not wake each thread, 54 more are too few to tell."""
    printed = run(tiny_model, "soak.py", "--uploads", "60", "--growth", "1000", "--opened", "1000")
    assert "; 0 of 60 not 201" in printed
    assert "60 files read, 0 faults." in printed


@LINUX
def test_serve(tiny_model: Path) -> None:
    printed = run(tiny_model, "serve.py", "--seconds", "0.5")
    assert re.findall(r"(\d+) answers/s; then (\d+) MB", printed), printed
    assert "12 megapixels, 3.2 MB" in printed


def test_same_answers(tiny_model: Path, exported: dict[str, Path], photos: Path) -> None:
    words = [str(photos), "--model", str(tiny_model), "--onnx", str(exported["onnx"])]
    printed = run(tiny_model, "same_answers.py", *words, "--litert", str(exported["litert"]))
    assert printed.count("5 of 5 have the same label, verdict and model") == 4


@LINUX
def test_limit(tiny_model: Path) -> None:
    printed = run(tiny_model, "limit.py", "--seconds", "0.3", "--rounds", "1")
    assert re.search(r"start to first answer: [0-9.]+ s; memory: \d+ MB", printed), printed
    assert len(re.findall(r"^\| (plain|Pawsight) \| [0-9.]+ \([0-9.]+\) \|", printed, re.MULTILINE)) == 4, printed
