"""Several devices and several processes train what one device trains, on JAX: `make test-jax`.

Each training runs in processes of its own: the number of JAX's devices cannot change within one.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from pawsight.data import Dataset
from pawsight.model.card import read_card
from pawsight.recipes import Augment, Phase, Recipe

pytest.importorskip("jax", reason="needs JAX (`make test-jax`)")

TIMEOUT = 600  # seconds for one training; it takes some 10
TRAIN = """
import json, sys
from pathlib import Path
import msgspec, numpy
from pawsight.data import open_dataset
from pawsight.errors import PawsightError
from pawsight.recipes import Recipe
from pawsight.train.options import ProcessGroup, RunOptions
from pawsight.train.run import _fit

data, out, recipe, group = sys.argv[1:]
recipe = msgspec.json.decode(recipe, type=Recipe)
group = ProcessGroup(*json.loads(group)) if group else None
try:
    network, *_ = _fit(recipe, open_dataset(Path(data)), Path(out), None, RunOptions(group=group))
except PawsightError as error:
    sys.exit(f"{type(error).__name__}: {error}")
numpy.savez(Path(out, "weights.npz"), *network.logits.get_weights())
"""
Train = Callable[..., "subprocess.Popen[str]"]
TrainBoth = Callable[..., "list[subprocess.Popen[str]]"]


def _start(*words: object, devices: int = 1) -> subprocess.Popen[str]:
    """Start Python on JAX, with so many devices made of one processor."""
    own = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    own["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices}"
    command = [sys.executable, *map(str, words)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=os.environ | own)


def _end(running: subprocess.Popen[str]) -> str:
    """Wait for a process that ends well, and return what it printed."""
    out, err = running.communicate(timeout=TIMEOUT)
    assert running.returncode == 0, err
    return out


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def train(data: Dataset) -> Train:
    """`train(recipe, out, devices=1, group=None)` starts the training loop."""

    def start(recipe: Recipe, out: Path, devices: int = 1, group: object = None) -> subprocess.Popen[str]:
        words = (data.folder, out, msgspec.json.encode(recipe).decode(), json.dumps(group) if group else "")
        return _start("-c", TRAIN, *words, devices=devices)

    return start


@pytest.fixture
def train_both(train: Train) -> TrainBoth:
    """`train_both(recipe, folder)` starts two processes that train together, into `folder/0` and `folder/1`."""

    def start(recipe: Recipe, folder: Path, other: Recipe | None = None) -> list[subprocess.Popen[str]]:
        address = f"127.0.0.1:{_port()}"
        recipes = (recipe, other or recipe)
        return [train(one, folder / str(number), group=(address, 2, number)) for number, one in enumerate(recipes)]

    return start


@pytest.fixture(scope="session")
def normed(small: Recipe) -> Recipe:
    """Everything that depends on a whole batch: batch normalization, dropout, pairs, weights of photos."""
    return msgspec.structs.replace(
        small,
        network="scratch",
        head="pool",
        batch=30,
        dropout=0.2,
        balance=True,
        phases=(Phase(name="all", epochs=1, rate=1e-4),),  # Adam makes much of rounding: small steps
        augment=Augment(crop=0.6, flip=True, pair=0.3),
    )


def _history(folder: Path) -> list[dict[str, float]]:
    with (folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: float(value) for name, value in row.items() if name not in ("phase", "seconds")} for row in rows]


def _weights(folder: Path) -> list[np.ndarray]:
    with np.load(folder / "weights.npz") as kept:
        return [kept[name] for name in kept.files]


def _assert_alike(folder: Path, other: Path) -> None:
    """Losses, accuracies and weights of two runs are the same but for rounding."""
    rows, others = _history(folder), _history(other)
    assert len(rows) == len(others)
    for row, same in zip(rows, others, strict=True):
        assert row == pytest.approx(same, rel=1e-3)
    for mine, theirs in zip(_weights(folder), _weights(other), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=3e-3)


@pytest.mark.parametrize(("name", "devices"), [("staged", 2), ("normed", 3)])
def test_several_devices_train_what_one_does(
    name: str, devices: int, data: Dataset, train: Train, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    recipe: Recipe = request.getfixturevalue(name)
    assert name == "staged" or len(data.indices("validation")) % devices  # some cannot be shared
    _end(train(recipe, tmp_path / "one"))
    _end(train(recipe, tmp_path / "several", devices=devices))
    _assert_alike(tmp_path / "one", tmp_path / "several")


def _assert_same_weights(folder: Path) -> None:
    """Two processes that trained together have the same weights to the bit."""
    for mine, theirs in zip(_weights(folder / "0"), _weights(folder / "1"), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_two_processes_train_what_one_does(normed: Recipe, train: Train, train_both: TrainBoth, tmp_path: Path) -> None:
    for running in train_both(normed, tmp_path):
        _end(running)
    _end(train(normed, tmp_path / "one"))
    _assert_alike(tmp_path / "one", tmp_path / "0")
    _assert_same_weights(tmp_path)


@pytest.mark.parametrize("number", [0, 1])
def test_a_killed_process_ends_the_other_and_both_go_on_together(
    staged: Recipe, train: Train, train_both: TrainBoth, tmp_path: Path, number: int
) -> None:
    recipe = msgspec.structs.replace(
        staged, patience=99, phases=(msgspec.structs.replace(staged.phases[0], epochs=12),)
    )
    both = train_both(recipe, tmp_path / "cut")
    killed, other = both[number], both[1 - number]
    progress = tmp_path / "cut" / "0" / "progress.json"
    while killed.poll() is None and not progress.exists():
        time.sleep(0.05)
    killed.kill()
    killed.communicate()
    _, said = other.communicate(timeout=TIMEOUT)
    assert other.returncode not in (0, None)
    assert "TrainingStopped: " in said or "another task died" in said, said
    done = json.loads(progress.read_text())["epoch"]
    assert 0 < done < 12

    (tmp_path / "cut" / "1").rename(tmp_path / "gone")  # process 1 may come back on another machine
    lines = [_end(running).count(" val loss ") for running in train_both(recipe, tmp_path / "cut")]
    assert lines == [12 - done] * 2
    _assert_same_weights(tmp_path / "cut")
    _end(train(recipe, tmp_path / "one"))
    _assert_alike(tmp_path / "one", tmp_path / "cut" / "0")


def test_a_batch_that_cannot_be_shared_is_refused_before_anything_is_made(
    small: Recipe, train: Train, tmp_path: Path
) -> None:
    running = train(small, tmp_path / "out", devices=3)
    _, said = running.communicate(timeout=TIMEOUT)
    assert running.returncode == 1
    assert "BadSettings: A batch of 32 photos cannot be shared equally by 3 devices." in said
    assert not (tmp_path / "out").exists()


def test_processes_that_train_something_else_are_refused(small: Recipe, train_both: TrainBoth, tmp_path: Path) -> None:
    for running in train_both(small, tmp_path, other=msgspec.structs.replace(small, seed=1)):
        _, said = running.communicate(timeout=TIMEOUT)
        assert running.returncode != 0
        assert "BadData: The processes do not train the same recipe on the same photos." in said


def _start_commands(prepared: Path, out: Path, epochs: int) -> list[subprocess.Popen[str]]:
    """Start `pawsight train` in two processes that train together."""
    words = ["-m", "pawsight", "train", "scratch-small", "--data", prepared, "--epochs", epochs, "--photos", 64]
    words += ["--out", out, "--coordinator", f"127.0.0.1:{_port()}", "--processes", 2, "--process"]
    return [_start(*words, number) for number in (0, 1)]


@pytest.mark.parametrize("number", [0, 1])
def test_ctrl_c_in_one_ends_both_and_they_go_on_together(
    make_data: Callable[[int], Dataset], tmp_path: Path, number: int
) -> None:
    prepared = make_data(224).folder
    both = _start_commands(prepared, tmp_path / "model", 6)
    assert any("epoch 2/6" in line for line in both[0].stdout or ())
    both[number].send_signal(signal.SIGINT)
    said = [running.communicate(timeout=TIMEOUT)[1] for running in both]
    assert [running.returncode for running in both] == [2, 2]
    assert said[number].endswith("Stopped.\n")
    assert "The same commands on all machines go on after the last finished epoch." in said[1 - number]
    first, second = _start_commands(prepared, tmp_path / "model", 6)
    assert "epoch 1/6" not in _end(first)
    _end(second)
    assert len(_history(tmp_path / "model")) == 6


def test_the_command_makes_one_model(make_data: Callable[[int], Dataset], tmp_path: Path) -> None:
    first, second = _start_commands(make_data(224).folder, tmp_path / "model", 1)
    said, others = _end(first), _end(second)
    assert said.count(" val loss ") == 1
    assert f"Wrote {tmp_path / 'model'}." in said
    assert others.count("\n") == 1
    assert "Process 1 of 2" in others
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert read_card(tmp_path / "model").classes == ["cat", "dog"]
