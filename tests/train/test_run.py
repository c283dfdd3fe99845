"""A whole training, made small: photos in, a model folder that answers right out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from pawsight.card import read_card
from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadData, BadModel
from pawsight.evaluate import evaluate_into
from pawsight.recipes import Phase, Recipe, find
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.run import publish, train


def test_from_photos_to_a_model_that_answers(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    out = tmp_path / "model"
    metrics = evaluate_into(train(small, data, out), data)
    assert not out.exists()
    publish(out)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]

    assert metrics.accuracy.value == 1
    card = read_card(out)
    assert card.metrics["accuracy"].value == 1
    assert card.metrics["accuracy"].n == metrics.accuracy.n > 0
    assert card.data is not None
    assert card.data.fingerprint == data.fingerprint
    assert msgspec.convert({k: v for k, v in card.recipe.items() if k != "blend_losses"}, Recipe) == small
    expected = {"model.onnx", "model.keras", "history.csv", "metrics.json", "predictions.npz"}
    assert set(card.files) == expected | {f"figures/{name}.svg" for name in ("confusion", "roc", "history")}

    answers = Classifier.load(out).predict([data.pixels[place] for place in data.indices("test")])
    truth = data.targets[data.indices("test")]
    shown = truth.sum(axis=1) == 1
    told = np.array([card.classes.index(answer.label) for answer in answers])
    assert (told == truth.argmax(axis=1))[shown].all()

    (out / "model.onnx").write_bytes((out / "model.onnx").read_bytes()[:-1])
    with pytest.raises(BadModel, match="SHA-256"):
        Classifier.load(out)


def test_lite0_walks_the_whole_way(make_data: Callable[[int], Dataset], tmp_path: Path) -> None:
    """ImageNet weights, head on features, fine-tuning, blend, int8: the default model's recipe, on a few photos."""
    recipe = find("lite0")
    phases = (Phase(name="short", epochs=1, rate=1e-4, learn_from="stage7"),)
    short = msgspec.structs.replace(recipe, photos=48, phases=phases, blends=(0.5,))
    data = make_data(recipe.size)
    folder = train(short, data, tmp_path / "model")
    metrics = evaluate_into(folder, data)
    assert metrics.accuracy.value == 1

    exact, rounded = folder.parent / "float32.onnx", folder.parent / "int8.onnx"
    assert rounded.stat().st_size < 5_000_000 < exact.stat().st_size
    photos = data.pixels[data.indices("train")[:16]]
    one, other = (OnnxSession(path.read_bytes()).run(photos).features for path in (exact, rounded))
    likeness = (one * other).sum() / np.linalg.norm(one) / np.linalg.norm(other)
    assert likeness > 0.9
    # Which of the two is shipped is decided on validation, and the card says it.
    shipped = rounded if read_card(folder).precision == "int8" else exact
    assert (folder / "model.onnx").read_bytes() == shipped.read_bytes()


def test_an_existing_folder_is_not_touched(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(BadData, match="exists"):
        train(small, data, tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"


def test_photos_of_another_size_are_refused(data: Dataset, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"at 224 pixels .* have 32"):
        train(find("scratch-small"), data, tmp_path / "model")
