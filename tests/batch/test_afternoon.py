"""A volunteer's afternoon, small: what `benchmarks/afternoon.py` does with 3,000 files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pawsight.data import Dataset
from pawsight.estimates import Estimate
from pawsight.model.card import Budget, Thresholds

ROOT = Path(__file__).parents[2]


def test_an_afternoon(coloured: Dataset, make_model: Callable[..., Path], tmp_path: Path) -> None:
    """Plan, sort, audit, change of mind, with odd names, copies, bursts and bad files; all is as before at the end."""
    budget = Budget(Thresholds(0.4, 0.6), Estimate(0.1, 100, 0.06, 0.17), Estimate(0.0, 90, 0.0, 0.041))
    model = make_model(tmp_path / "model", budgets={"0.05": budget})
    words = ["--data", coloured.folder, "--model", model, "--budget", "5%", "--files", "30", "--bad", "7"]
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "afternoon.py", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Plan: 23 photos of ./photos into ./sorted, to be moved." in done.stdout
    assert "7 files stay where they are:" in done.stdout
    assert re.search(r"filed: \d+ of \d+ wrong; ", done.stdout)
    assert re.search(r"photos looked at, \d+ wrong: .* 95 % confidence", done.stdout)
    assert "Everything is as it was before: 23 files." in done.stdout
    assert done.stdout.endswith("Hashes, names, times and permissions are as before.\n")
