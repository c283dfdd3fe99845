"""The default model's whole recipe, on few photos. Three exports of a large network take minutes."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from pawsight.data import Dataset
from pawsight.model.card import read_card
from pawsight.recipes import Phase, find
from pawsight.runtime import IMAGENET, OUTPUTS, Outputs
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.run import train
from pawsight.types import Floats

Accuracy = Callable[[Path, Dataset], float]
pytestmark = pytest.mark.weekly


@pytest.fixture(scope="module")
def large(make_data: Callable[[int], Dataset]) -> Dataset:
    return make_data(64)


@pytest.fixture(scope="module")
def lite0(large: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default model's recipe on few photos: ImageNet weights, head on features, fine-tuning, blend, gate, int8."""
    short = Phase(name="short", epochs=1, rate=1e-4, learn_from="stage7")
    recipe = msgspec.structs.replace(find("lite0"), size=64, photos=48, phases=(short,), blends=(1.0,))
    return train(recipe, large, tmp_path_factory.mktemp("lite0") / "model")


@pytest.fixture(scope="module")
def answers(lite0: Path, large: Dataset) -> tuple[Outputs, Outputs]:
    """What the float graph and the int8 graph say of the validation split."""
    photos = large.pixels[large.indices("validation")]
    exact, rounded = (OnnxSession((lite0.parent / f"{name}.onnx").read_bytes()) for name in ("float32", "int8"))
    return exact.run(photos), rounded.run(photos)


def test_lite0_walks_the_whole_way(
    accuracy: Accuracy, lite0: Path, large: Dataset, answers: tuple[Outputs, Outputs]
) -> None:
    assert accuracy(lite0, large) == 1
    exact, rounded = lite0.parent / "float32.onnx", lite0.parent / "int8.onnx"
    assert rounded.stat().st_size <= 5_000_000 < exact.stat().st_size
    one, other = (out.features for out in answers)
    likeness = (one * other).sum() / np.linalg.norm(one) / np.linalg.norm(other)
    assert likeness > 0.9
    # Which of the two is shipped is decided on validation, and the card says it.
    shipped = rounded if read_card(lite0).precision == "int8" else exact
    assert (lite0 / "model.onnx").read_bytes() == shipped.read_bytes()


def test_its_history_tells_the_loss_on_labels_alone(lite0: Path) -> None:
    with (lite0 / "history.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert {"loss", "accuracy", "imagenet_loss", "val_loss", "val_accuracy", "val_imagenet_loss"} <= set(row)
    # All of the way is the only blend, so that its loss is that of the epoch.
    blend_losses = read_card(lite0).recipe["blend_losses"]
    assert float(row["val_loss"]) == pytest.approx(blend_losses["1.0"], rel=1e-3)
    # Keras adds half of the second loss to the first; ours would be larger than that half if it did, too.
    assert float(row["imagenet_loss"]) > 1
    assert float(row["loss"]) < 0.5 * float(row["imagenet_loss"])


@pytest.fixture(scope="module")
def model(lite0: Path) -> keras.Model:
    """The network, as its folder keeps it."""
    return keras.saving.load_model(lite0 / "model.keras")


def _openness(model: keras.Model, out: Outputs) -> Floats:
    """How far the gate is open for features, by Keras: `(N, 1)`."""
    return np.asarray(keras.ops.convert_to_numpy(model.get_layer("gate")(out.features)[0]))


def test_its_gate_lets_our_classes_through(
    model: keras.Model, answers: tuple[Outputs, Outputs], large: Dataset
) -> None:
    shown = large.targets[large.indices("validation")].any(axis=1)
    opened = _openness(model, answers[0])
    assert np.mean(opened[shown] < 0.25) <= 0.1
    assert opened[shown].mean() > opened[~shown].mean()


def test_its_graphs_have_its_gate(model: keras.Model, answers: tuple[Outputs, Outputs]) -> None:
    """In int8 as well: the gate is computed as Keras does, for the features that the graph sees."""
    for out, most in zip(answers, (1e-3, 0.1), strict=True):
        sigmoids = 1 / (1 + np.exp(-np.clip(out.maps.mean(axis=(1, 2)), -60, 60)))
        placed = keras.ops.convert_to_numpy(model.get_layer("places")(sigmoids, out.maps))
        assert np.abs(out.scores - placed * _openness(model, out)).max() < most


def test_its_keras_model_answers_as_its_graph(
    model: keras.Model, large: Dataset, answers: tuple[Outputs, Outputs]
) -> None:
    out = model.predict(large.pixels[large.indices("validation")], verbose=0)
    for name in (*OUTPUTS, IMAGENET):
        np.testing.assert_allclose(out[name], getattr(answers[0], name), atol=1e-3 * np.abs(out[name]).max())
