"""VGG16: our trunk answers as the published one does on pixels prepared as it wants them."""

from __future__ import annotations

from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from pawsight.errors import BadData
from pawsight.recipes import Recipe, find
from pawsight.train.networks import build, vgg16

SIZE = 64


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return msgspec.structs.replace(find("vgg16"), size=SIZE)


@pytest.fixture(scope="module")
def published() -> keras.Model:
    """As Keras has it, with weights made up: biases too."""
    keras.utils.set_random_seed(0)
    model = keras.applications.VGG16(weights=None, include_top=False)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel * 1.6, rng.normal(0, 5, bias.shape)])
    return model


@pytest.fixture(scope="module")
def weights(published: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vgg16") / "vgg16_notop.weights.h5"
    published.save_weights(path)
    return path


@pytest.mark.long
def test_it_answers_as_the_published_network(recipe: Recipe, published: keras.Model, weights: Path) -> None:
    trunk = build(recipe, ("cat", "dog"), weights).trunk
    photos = np.random.default_rng(0).integers(0, 256, (2, SIZE, SIZE, 3), dtype=np.uint8)
    photos[:, :32, :, 0] //= 4  # red, green and blue must not be alike
    prepared = keras.applications.vgg16.preprocess_input(photos.astype(np.float32))
    wanted = published.predict(prepared, verbose=0)
    assert np.std(wanted) > 0
    np.testing.assert_allclose(trunk.predict(photos, verbose=0), wanted, rtol=1e-3, atol=1e-4 * wanted.max())


def _no_weights(path: Path) -> None:
    path.write_text("no weights")


def _others(path: Path) -> None:
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).save_weights(path)


@pytest.mark.parametrize(
    "make", [lambda path: None, _no_weights, _others], ids=["missing", "text", "another network's"]
)
def test_a_wrong_file_is_refused(make: object, recipe: Recipe, tmp_path: Path) -> None:
    path = tmp_path / "wrong.weights.h5"
    make(path)  # type: ignore[operator]
    with pytest.raises(BadData, match=r"Expected VGG16's ImageNet weights.*\(.+\)") as caught:
        build(recipe, ("cat", "dog"), path)
    assert "--weights" in str(caught.value.hint)


def test_stages_are_named_for_recipes() -> None:
    trunk = vgg16.build(None)
    assert [layer.name for layer in trunk.layers if layer.name.startswith("block5")] == [
        "block5_conv1",
        "block5_conv2",
        "block5_conv3",
        "block5_pool",
    ]
    assert trunk.count_params() == 14_714_688  # as published, without the dense layers
