"""The model folder that the browser writes, by Node.js: Pawsight trusts it, and it predicts as the head does."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from pawsight.learn.head import Head
from pawsight.model.card import GRAPH, read_card, read_file
from pawsight.runtime import golden
from pawsight.runtime.onnx import OnnxSession
from pawsight.web.pages.model import device_is_available

pytestmark = pytest.mark.skipif(not device_is_available(), reason="needs the npm packages: python hatch_build.py")

SCRIPT = Path(__file__).parent / "write_in_node.mjs"
CLASSES = ["10", "9", "Käse 🐱"]  # numbers come first in JavaScript's objects; one letter is beyond 16 bits


def write(base: Path, head: Head, folder: Path) -> None:
    """Let the browser's code write a folder."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    share = {"value": 0.95, "n": 60, "low": 0.863, "high": 0.9828391}
    learned = {
        "classes": CLASSES,
        "exclusive": head.exclusive,
        "thresholds": {"absent": 0.48792173, "present": 0.5, "exclusive": head.exclusive},
        "scaling": {"slope": [1.5] * 4},
        "strength": 0.01,
        "folds": 5,
        "kinds": ["car", "cow"],
        "metrics": dict.fromkeys(("accuracy", "wrong_verdicts"), share) | {"false_accepts": {"value": None}},
        "budgets": {},
    }
    given = {
        "graph": base64.b64encode((base / GRAPH).read_bytes()).decode(),
        "card": json.loads((base / "card.json").read_text()),
        "columns": np.concatenate([head.weights, head.bias[None]]).T.tolist(),
        "ceiling": head.ceiling.tolist(),
        "exclusive": head.exclusive,
        "learned": learned,
    }
    ran = subprocess.run([node, str(SCRIPT)], input=json.dumps(given), capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stderr
    folder.mkdir()
    for name, data in json.loads(ran.stdout).items():
        (folder / name).write_bytes(base64.b64decode(data))


@pytest.mark.parametrize("exclusive", [True, False], ids=["exclusive", "together"])
def test_a_folder_that_the_browser_wrote(tiny_model: Path, tmp_path: Path, exclusive: bool) -> None:
    rng, columns = np.random.default_rng(5), 4 if exclusive else 3
    weights, bias = (rng.normal(size=size).astype(np.float32) for size in ((3, columns), columns))
    head = Head(weights, bias, np.array([0.9, 0.95, 0.97], np.float32), exclusive=exclusive)
    write(tiny_model, head, tmp_path / "my-model")
    card = read_card(tmp_path / "my-model")
    assert (card.name, card.classes, card.thresholds.present) == ("my-model", CLASSES, 0.5)
    assert card.metrics["accuracy"].n == 60
    assert (card.thresholds.exclusive, card.recipe["classes"]) == (exclusive, "exclusive" if exclusive else "together")
    session = OnnxSession(read_file(tmp_path / "my-model", GRAPH, card))
    photos = golden.fitted(read_card(tiny_model))
    base, made = OnnxSession((tiny_model / GRAPH).read_bytes()).run(photos), session.run(photos)
    assert np.abs(made.features - base.features).max() <= 1e-5
    assert np.abs(made.scores - head.scores(base.features)).max() <= 1e-4
    assert np.abs(made.maps.mean(axis=(1, 2)) - head.logits(base.features)[:, :3]).max() <= 1e-3
