"""`pawsight learn` as a user types it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.modules import new_ones_forgotten

from pawsight.data.prepare import prepare
from pawsight.learn import learn

COLOURS = {"rose": (200, 60, 50), "iris": (50, 60, 200)}


@pytest.fixture
def flowers(tmp_path: Path, picture: Callable[..., bytes]) -> Path:
    for name, colour in COLOURS.items():
        (tmp_path / "flowers" / name).mkdir(parents=True)
        for seed in range(12):
            light = np.random.default_rng((seed, *colour)).uniform(0.5, 1.2, (6, 8, 1)).repeat(6, 0).repeat(6, 1)
            photo = np.clip(light * colour, 0, 255).astype(np.uint8)
            (tmp_path / "flowers" / name / f"{seed}.png").write_bytes(picture(pixels=photo, format="PNG"))
    return tmp_path / "flowers"


def test_learn_then_ask(flowers: Path, tmp_path: Path, pawsight: Callable[..., Any]) -> None:
    (flowers / "rose" / "notes.txt").write_text("Roses of 2024")
    model = tmp_path / "my model"
    done = pawsight("learn", flowers, "--out", model)
    assert done.code == 1, done.err  # a file that is no photo
    assert "Looked at all 25 files: 2 classes." in done.out
    assert "Of other things, of kinds never seen, " in done.out
    assert "flowers/rose/notes.txt: The file is " in done.out
    assert "accuracy             100.00 %" in done.out
    assert "The model itself then learned from all 24." in done.out
    assert "The forecast was a quick look at these photos" in done.out
    assert f"Wrote {model}. Try it: pawsight predict PHOTO --model '{model}'" in done.out

    done = pawsight("predict", flowers / "rose" / "1.png", flowers / "iris" / "1.png", "--model", model)
    assert done.code == 0
    assert [line.split()[1] for line in done.out.splitlines()] == ["verdict", "rose", "iris"]

    again = pawsight("learn", flowers, "--out", model)
    assert again.code == 2
    assert again.err == f"Error: Expected a new folder for the model, but {model} exists. Choose another --out.\n"


def test_measuring_on_training_photos_is_reported(
    flowers: Path, tiny_model: Path, tmp_path: Path, pawsight: Callable[..., Any]
) -> None:
    model, data, page = tmp_path / "model", tmp_path / "prepared", tmp_path / "report.html"
    learn(flowers, model, base=tiny_model)
    prepare(flowers, data, size=32)
    done = pawsight("evaluate", model, "--data", data, "--split", "train", "--report", page, "--sample", "0")
    assert done.code == 0, done.err
    assert " photos are among those that model learned from" in done.err
    assert "24 photos of data set" in page.read_text()
    done = pawsight("evaluate", model, "--data", data, "--split", "train", "--write-budgets")
    assert (done.code, "did not learn from" in done.err) == (2, True)


def test_a_dry_run_only_tells(flowers: Path, tmp_path: Path, pawsight: Callable[..., Any]) -> None:
    done = pawsight("learn", flowers, "--dry-run", "--out", tmp_path / "model")
    assert done.code == 0, done.err
    assert done.out.startswith("Looked at all 24 files: 2 classes.\nLearning will take about ")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere", "--dry-run"], "There is nothing at "),
        (["."], "Expected --out"),
        ([".", "--dry-run"], "there are none"),
        ([".", "--out", "x", "--seed", "-1"], "-1 is not in the range 0<=x<=4294967295"),
    ],
)
def test_mistakes_get_one_clear_line(
    words: list[str], message: str, pawsight: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = pawsight("learn", *words)
    assert done.code == 2
    assert message in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("library", ["sklearn", "onnx"])
def test_the_small_install_names_the_extra(
    library: str, flowers: Path, pawsight: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(("pawsight.learn", f"{library}."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with new_ones_forgotten():
        done = pawsight("learn", flowers, "--dry-run")
    assert done.code == 2
    assert "pip install --constraint " in done.err
    assert done.err.endswith('[learn]"\n')


def test_learn_from_a_sorted_folder(
    picture: Callable[..., bytes], tiny_model: Path, tmp_path: Path, pawsight: Callable[..., Any]
) -> None:
    """What a person has moved is learned as it stands; please-check, both and sidecars are left out."""
    photos, into, colors = tmp_path / "photos", tmp_path / "sorted", {"cat": (210, 50, 40), "dog": (40, 50, 210)}
    photos.mkdir()
    for name, color in (colors | {"unsure": (128, 128, 128), "both": (210, 40, 210)}).items():
        for seed in range(12):
            light = np.random.default_rng((seed, *color)).uniform(0.9, 1.0, (6, 8, 1)).repeat(6, 0).repeat(6, 1)
            photo = np.clip(light * color, 0, 255).astype(np.uint8)
            (photos / f"{name}-{seed}.png").write_bytes(picture(pixels=photo, format="PNG"))
    assert pawsight("learn", photos, "--from-sorted", "--dry-run").code == 2
    assert pawsight("sort", photos, "--into", into, "--model", tiny_model, "--yes", "--write-xmp").code == 0
    wrong = sorted((into / "please-check").glob("*.png"))[:3]
    for path in wrong:
        path.rename(into / "dog" / path.name)
    before = len(list((into / "dog").glob("*.png")))
    ran = pawsight("learn", "--from-sorted", into, "--dry-run")
    assert ran.code == 0, ran.err
    assert f"Labels: 3 photos that you moved by hand, and {12 + before - 3} that stand where Pawsight put" in ran.out
    assert f"Looked at all {12 + before} files: 2 classes." in ran.out
