"""`pawsight train` and `pawsight evaluate` as a user types them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from pawsight.cli.interrupt import GO_ON
from pawsight.cli.train import _kept
from pawsight.data import open_dataset
from pawsight.data.check.findings import DOUBT, Findings, LabelSuspect
from pawsight.data.prepare import prepare
from pawsight.model.card import read_card
from pawsight.recipes import find


def _pawsight(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pawsight", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, picture: Callable[..., bytes]) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    rng = np.random.default_rng(0)
    for number in range(40):
        for label, colour in (("cat", (200, 60, 50)), ("dog", (50, 60, 200)), ("panda", (60, 200, 60))):
            light = rng.uniform(0.4, 1.1, (6, 8, 1)).repeat(6, axis=0).repeat(6, axis=1)
            (folder / "photos" / label).mkdir(parents=True, exist_ok=True)
            photo = np.clip(light * colour, 0, 255).astype(np.uint8)
            (folder / "photos" / label / f"{number}.png").write_bytes(picture(pixels=photo, format="PNG"))
    return prepare(folder / "photos", folder / "prepared").folder


@pytest.mark.long
def test_train_then_evaluate(prepared: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    done = _pawsight("train", "scratch-small", "--data", prepared, "--out", out, "--epochs", 1, "--photos", 40)
    assert done.returncode == 0, done.stderr
    assert "accuracy" in done.stdout
    assert f"Wrote {out}." in done.stdout
    assert done.stderr == ""  # no remarks of TensorFlow
    assert read_card(out).classes == ["cat", "dog", "panda"]
    assert "reference.npz" in read_card(out).files  # what `pawsight sort --error-budget` compares a folder with

    done = _pawsight("evaluate", out, "--data", prepared, "--split", "validation", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accuracy"]["n"] > 0

    again = _pawsight("train", "scratch-small", "--data", prepared, "--out", out)
    assert again.returncode == 2
    assert again.stderr.splitlines()[-1].startswith(f"Error: {str(out)!r} exists already")


@pytest.mark.long
def test_a_terminal_shows_the_training_and_no_remarks_of_libraries(prepared: Path, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="needs a system with pseudo-terminals")
    ours, theirs = pty.openpty()
    words = ["train", "scratch-small", "--data", prepared, "--out", tmp_path / "model", "--epochs", 1, "--photos", 40]
    command = [sys.executable, "-m", "pawsight", *map(str, words)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        shown = b"".join(_read(ours)).decode()
    assert running.returncode == 0, shown
    assert shown.replace("\r\x1b[K", "").startswith("'all'  epoch 1/1  "), shown
    assert not any(word in shown for word in ("absl", "oneDNN", "I0000", "XNNPACK")), shown


def _read(terminal: int) -> Iterator[bytes]:
    """Yield what a program writes on a terminal, until it ends."""
    with contextlib.suppress(OSError), open(terminal, "rb", buffering=0) as file:
        while chunk := file.read(4096):
            yield chunk


@pytest.mark.long
def test_several_processes_need_jax(prepared: Path, tmp_path: Path) -> None:
    words = ("train", "scratch-small", "--data", prepared, "--out", tmp_path / "model", *_process(1))
    done = _pawsight(*words)
    assert done.returncode == 2
    assert done.stderr == "Error: Several processes train together on JAX only. Set KERAS_BACKEND=jax.\n"


@pytest.mark.weekly
@pytest.mark.long
def test_photos_with_doubted_labels_are_left_out(prepared: Path, tmp_path: Path) -> None:
    data, found = open_dataset(prepared), tmp_path / "findings.json"
    rows = [data.rows[place] for place in data.indices("train")[:3]]
    suspects = [
        LabelSuspect(row.path, row.label, "dog", score) for row, score in zip(rows, (0.99, DOUBT, 0.5), strict=True)
    ]
    findings = Findings(
        data=str(prepared),
        fingerprint=data.fingerprint,
        model="lite0",
        photos=len(data.rows),
        counts={},
        broken=[],
        duplicates=[],
        label_suspects=suspects,
        label_errors=None,
        odd=[],
        shortcuts=[],
        warnings=[],
    )
    found.write_bytes(msgspec.json.encode(findings))
    words = ["train", "scratch-small", "--data", prepared, "--epochs", 1, "--photos", 40, "--leave-out"]

    done = _pawsight(*words, found, "--out", tmp_path / "model")
    assert done.returncode == 0, done.stderr
    assert "Left out 2 training photos with doubted labels." in done.stdout
    card = json.loads((tmp_path / "model" / "card.json").read_text())
    assert card["data"]["splits"] == data.splits | {"train": data.splits["train"] - 2}

    wrong = _pawsight(*words, tmp_path / "missing.json", "--out", tmp_path / "other")
    assert wrong.returncode == 2
    assert "There is nothing at" in wrong.stderr


@pytest.mark.weekly
@pytest.mark.long
def test_a_killed_training_goes_on(prepared: Path, tmp_path: Path) -> None:
    out, progress = tmp_path / "model", tmp_path / "model.partial" / "progress.json"
    words = ["train", "scratch-small", "--data", prepared, "--out", out, "--epochs", 4, "--photos", 40]
    running = subprocess.Popen([sys.executable, "-m", "pawsight", *map(str, words)], stdout=subprocess.DEVNULL)
    while running.poll() is None and not (progress.exists() and json.loads(progress.read_text())["epoch"] >= 2):
        time.sleep(0.05)
    running.kill()
    running.wait()
    assert not out.exists()
    done = json.loads(progress.read_text())["epoch"]

    again = _pawsight(*words)
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith(f"Resuming a stopped run: phase 1 of 1, {done} of 4 epochs done.\n")
    assert again.stdout.count(" val loss ") == 4 - done  # only the epochs that were missing
    assert "\nTraining is done. Calibrating and exporting the best epoch.\n" in again.stdout
    epochs = [line.split(",")[1] for line in (out / "history.csv").read_text().splitlines()[1:]]
    assert epochs == ["1", "2", "3", "4"]


@pytest.mark.weekly
@pytest.mark.long
def test_ctrl_c_says_what_is_kept_and_how_to_go_on(prepared: Path, tmp_path: Path) -> None:
    out, progress = tmp_path / "model", tmp_path / "model.partial" / "progress.json"
    words = ["train", "scratch-small", "--data", prepared, "--out", out, "--epochs", 50, "--photos", 40]
    command = [sys.executable, "-m", "pawsight", *map(str, words)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while running.poll() is None and not (progress.exists() and json.loads(progress.read_text())["epoch"] >= 1):
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=120)
    done = json.loads(progress.read_text())["epoch"]
    assert running.returncode == 2
    kept = f"Kept in {out}.partial: phase 1 of 1, {done} of its epochs done. To go on, give the same command again."
    assert kept in said
    assert said.endswith("Stopped.\n")


@pytest.mark.parametrize("budget", [None, 600.0])
def test_what_a_stopped_training_leaves(tmp_path: Path, budget: float | None) -> None:
    out, recipe = tmp_path / "model", find("lite0")
    assert _kept(out, tmp_path / "data", recipe, budget) == f"No epoch was finished. {GO_ON}"
    (tmp_path / "model.partial").mkdir()
    (tmp_path / "model.partial" / "progress.json").write_text('{"phase": 1, "epoch": 2}')
    said = _kept(out, tmp_path / "data", recipe, budget)
    assert f"Kept in {out}.partial: phase 2 of {len(recipe.phases)}, 2 of its epochs done." in said
    assert (GO_ON in said) == (budget is None)
    out.mkdir()
    assert f"pawsight evaluate {out} --data {tmp_path / 'data'}" in _kept(out, tmp_path / "data", recipe, budget)


def _process(number: int) -> tuple[object, ...]:
    return ("--coordinator", "10.0.0.1:9911", "--processes", 2, "--process", number)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("train", "resnet", "--data", ".", "--out", "x"), "received 'resnet'"),
        (
            ("train", "lite0", "--data", ".", "--out", "x", "--fine-tune", 0.5),
            "--fine-tune and --weights none",
        ),
        (("train", "--data", ".", "--out", "x"), "Name a RECIPE, or give a time with --budget"),
        (("train", "lite0", "--budget", "5m", "--data", "."), "Name a RECIPE, or give a time with --budget"),
        (("train", "--budget", "5m", "--epochs", 2, "--data", "."), "--budget chooses epochs"),
        (("train", "--budget", "soon", "--data", "."), "'soon' is no length of time. Write 90s, 20m or 1h30m."),
        (("train", "lite0", "--data", ".", "--seed", 2**32), "is not in the range 0<=x<=4294967295"),
        (("train", "lite0", "--data", "nowhere", "--out", "x"), "There is nothing at nowhere. Check the path."),
        (("train", "lite0", "--data", ".", "--start", "x", "--weights", "y"), "--start brings weights of its own"),
        (("train", "lite0", "--data", ".", "--mixed-precision", "--full-precision"), "contradict each other"),
        (("train", "lite0", "--data", ".", "--processes", 2), "belong together: give all three"),
        (("train", "lite0", "--data", ".", *_process(2), "--coordinator", "10.0.0.1"), "Write HOST:PORT"),
        (("train", "lite0", "--data", ".", *_process(2)), "There is no process 2 of 2: the last one is 1."),
        (("train", "--budget", "5m", "--data", ".", *_process(1)), "--budget measures one machine only"),
        (("evaluate", "nobody", "--data", "."), "received 'nobody'"),
        (("evaluate", "default", "--data", "nowhere"), "There is nothing at "),
    ],
)
def test_mistakes_get_one_clear_line(arguments: tuple[str, ...], words: str) -> None:
    done = _pawsight(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
