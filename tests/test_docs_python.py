"""Every example of the Python page runs, in its order, on a real photo of a cat (Chelsea, CC0)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import pawsight

PAGE = Path(__file__).parents[1] / "docs" / "python.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with `felix.jpg` in it."""
    photo = pytest.importorskip("skimage.data", reason="the photo comes with scikit-image").chelsea()
    Image.fromarray(photo).save(tmp_path / "felix.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def flowers(folder: Path, picture: Callable[..., bytes]) -> Path:
    """A folder of red and blue photos, no two of them alike, next to `felix.jpg`."""
    for name, color in (("red", (200, 60, 50)), ("blue", (50, 60, 200))):
        (folder / "flowers" / name).mkdir(parents=True)
        for number in range(30):
            light = np.random.default_rng((number, *color)).uniform(0.3, 1.2, (6, 8, 1))
            pixels = np.clip(light.repeat(16, axis=0).repeat(16, axis=1) * color, 0, 255).astype(np.uint8)
            (folder / "flowers" / name / f"{number}.jpg").write_bytes(picture(pixels=pixels))
    return folder


def _blocks(page: Path) -> Iterator[str]:
    yield from re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.long
def test_the_examples_of_the_python_page(flowers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn", reason="some examples need the extra learn")
    blocks = [block for block in _blocks(PAGE) if "train_model" not in block]
    assert len(blocks) >= 7
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    assert (flowers / "felix-heat.png").stat().st_size > 10_000
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("cat {")
    assert printed[1:4] == ["cat"] * 3
    assert printed[4].startswith("unreadable_file - ")
    assert "red" in printed
    assert (flowers / "flowers.onnx").is_file()


@pytest.mark.long
def test_the_example_that_trains(flowers: Path) -> None:
    pytest.importorskip("keras", reason="needs the extra train")
    pawsight.prepare_data("flowers", "flowers-prepared")
    (block,) = (block for block in _blocks(PAGE) if "train_model" in block)
    names: dict[str, Any] = {}
    exec(compile(block, str(PAGE), "exec"), names)
    assert names["metrics"].accuracy.n > 0
    assert pawsight.Classifier.load("runs/flowers").card.classes == ["blue", "red"]


def test_the_public_names_are_stable() -> None:
    """Programs of others use these names: one that goes or changes is a new major version."""
    assert sorted(pawsight.__all__) == [
        "Classifier",
        "PawsightError",
        "Prediction",
        "__version__",
        "evaluate_model",
        "export_model",
        "forecast_classes",
        "learn_classes",
        "prepare_data",
        "train_model",
    ]
    assert set(pawsight.__all__) <= set(dir(pawsight))
    for name in pawsight.__all__:
        assert getattr(pawsight, name)


def test_the_arguments_are_stable() -> None:
    found = {
        name: list(signature(getattr(pawsight, name)).parameters)
        for name in pawsight.__all__
        if name.islower() and name[0] != "_"
    }
    assert found == {
        "evaluate_model": ["model", "data", "split"],
        "export_model": ["model", "to", "precision", "out", "data"],
        "forecast_classes": ["source", "base", "exclusive", "seed"],
        "learn_classes": ["source", "out", "base", "exclusive", "seed"],
        "prepare_data": ["source", "out", "size", "fit", "seed", "neither"],
        "train_model": [
            *("recipe", "data", "out", "epochs", "photos", "seed", "weights"),
            *("balance", "preview", "tensorboard", "mixed_precision", "split"),
        ],
    }


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="clasify"):
        pawsight.clasify  # noqa: B018
