"""Networks of `keras.applications` as trunks: fed as they want it, cut where a single tensor leads on."""

from __future__ import annotations

import inspect
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.recipes import NAMES, Phase, backbone
from pawsight.train.networks import build, freeze
from pawsight.train.networks.backbone import Backbone, prepare, stage
from pawsight.train.run import train

SIZE = 32


def test_the_names_are_those_of_keras() -> None:
    there = {name for name, value in vars(keras.applications).items() if callable(value) and name[0].isupper()}
    assert set(NAMES) == there


@pytest.mark.parametrize("name", NAMES)
def test_pixels_are_prepared_as_keras_does_it(name: str) -> None:
    module = inspect.getmodule(inspect.unwrap(getattr(keras.applications, name)))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3)).astype(np.float32)
    received = keras.ops.convert_to_numpy(prepare(keras.ops.convert_to_tensor(pixels), name))
    np.testing.assert_allclose(received, module.preprocess_input(pixels.copy()), rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def trunk() -> keras.Model:
    return Backbone("MobileNetV3Small", SIZE).build(None)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.8])
def test_a_share_becomes_a_layer_behind_which_all_comes_from_one_tensor(trunk: keras.Model, share: float) -> None:
    name = stage(trunk, share)
    names = [step.name for step in trunk.operations]
    assert 1 - names.index(name) / len(names) == pytest.approx(share, abs=0.1)
    cut = trunk.get_layer(name).input
    keras.Model(cut, trunk.output)  # Keras refuses a model that needs more than this tensor


def test_all_of_it_learns_with_a_share_of_one(trunk: keras.Model) -> None:
    assert stage(trunk, 1.0) == ""


def test_weights_that_cannot_be_had_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.weights.h5").write_bytes(b"nothing")
    whole = Backbone("MobileNetV3Small", SIZE)
    with pytest.raises(BadData, match=r"MobileNetV3Small's ImageNet weights, .* --weights none"):
        whole.load_imagenet(whole.build(None), tmp_path / "x.weights.h5")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights as Keras publishes them, but random."""
    path = tmp_path_factory.mktemp("weights") / "mobilenet.weights.h5"
    keras.applications.MobileNet(weights=None, include_top=False, input_shape=(SIZE, SIZE, 3)).save_weights(path)
    return path


@pytest.mark.long
def test_published_weights_end_up_in_the_trunk(weights: Path) -> None:
    recipe = backbone("MobileNet", SIZE, "crop")
    trunk = build(recipe, ("cat", "dog"), weights).trunk
    given = keras.applications.MobileNet(weights=weights, include_top=False, input_shape=(SIZE, SIZE, 3))
    photos = np.random.default_rng(0).integers(0, 256, (2, SIZE, SIZE, 3), dtype=np.uint8)
    np.testing.assert_allclose(
        trunk.predict(photos, verbose=0), given.predict(photos.astype(np.float32), verbose=0), rtol=1e-4, atol=1e-5
    )


@pytest.mark.long
def test_head_first_then_the_last_layers(data: Dataset, weights: Path, tmp_path: Path) -> None:
    """A whole training, with two phases, into a folder that answers."""
    recipe = backbone("MobileNet", SIZE, "crop", share=0.2)
    recipe = msgspec.structs.replace(
        recipe, phases=(msgspec.structs.replace(recipe.phases[0], epochs=1),), blends=(), photos=60
    )
    card = Classifier.load(train(recipe, data, tmp_path / "model", weights)).card
    assert card.input.size == SIZE
    assert card.recipe["phases"][0]["learn_from"].startswith("conv_")


def test_from_nothing_everything_learns() -> None:
    recipe = backbone("MobileNet", SIZE, "crop", pretrained=False)
    assert recipe.phases == (Phase(name="all", epochs=30, rate=1e-3),)
    network = build(recipe, ("cat", "dog", "panda"))
    freeze(network, recipe.phases[0].learn_from, recipe.pretrained)
    assert all(layer.trainable for layer in network.trunk.layers)
    assert network.logits.output_shape == (None, 3)
