"""Students: where stages stay as they are, those before the cut and those behind it are still one network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from pawsight.data import Dataset
from pawsight.recipes import Phase, Recipe, find
from pawsight.train.loader import PhotoLoader
from pawsight.train.networks import Network, build, freeze, lite0
from pawsight.train.phase_model import IMAGENET, LOGITS, PhaseModel, make_phase_model, sample_photos
from pawsight.types import Floats

SIZE = 64
SHORT = Phase(name="last stage", epochs=1, rate=1e-4, learn_from="stage7")


@pytest.fixture(scope="module")
def large(make_data: Callable[[int], Dataset]) -> Dataset:
    return make_data(SIZE)


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    """The default model's, for photos that are smaller."""
    return msgspec.structs.replace(find("lite0"), size=SIZE, photos=32, phases=(SHORT,))


@pytest.fixture(scope="module")
def network(recipe: Recipe) -> Network:
    keras.utils.set_random_seed(0)
    network = build(recipe, ("cat", "dog"))
    freeze(network, SHORT.learn_from, recipe.pretrained)
    return network


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("student")


@pytest.fixture(scope="module")
def student(network: Network, large: Dataset, recipe: Recipe, folder: Path) -> PhaseModel:
    return make_phase_model(network, large, recipe, SHORT, folder)


def _likeness(one: Floats, other: Floats) -> float:
    """Correlation of two sets of numbers."""
    return float(np.corrcoef(np.ravel(one), np.ravel(other))[0, 1])


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(np.float64(logits) - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_a_cut_small_network_answers_as_when_whole(data: Dataset, staged: Recipe, tmp_path: Path) -> None:
    """At each size that photos have while it learns."""
    growing = msgspec.structs.replace(staged.phases[0], sizes=((1, 16),))
    recipe = msgspec.structs.replace(staged, phases=(growing,))
    network = build(recipe, data.classes)
    student = make_phase_model(network, data, recipe, growing, tmp_path)
    held_out = data.indices("validation")
    for size in (16, 32):
        photos = PhotoLoader(data, held_out, recipe, size=size).pixels(0)
        shown, _ = student.show(photos, data.targets[held_out][: len(photos)])
        whole = network.logits.predict(photos, verbose=0)
        off = np.abs(student.model.predict(shown, verbose=0)[LOGITS] - whole)
        assert 0 < off.max() < 0.03 * np.ptp(whole)


def test_reading_keeps_the_order(data: Dataset, staged: Recipe, tmp_path: Path) -> None:
    network = build(staged, data.classes)
    student = make_phase_model(network, data, staged, staged.phases[0], tmp_path)
    held_out = data.indices("validation")
    read = student.read(data, held_out, staged)
    pooled = keras.Model(network.trunk.input, {LOGITS: network.logits.output, "features": network.features})
    for name, whole in pooled.predict(data.pixels[held_out], verbose=0).items():
        assert read[name].shape == whole.shape
        assert np.abs(read[name] - whole).max() < 0.03 * np.ptp(whole), name


@pytest.mark.long
def test_frozen_stages_and_the_rest_are_the_whole_network(
    student: PhaseModel, network: Network, large: Dataset, recipe: Recipe
) -> None:
    photos = PhotoLoader(large, large.indices("validation"), recipe).pixels(0)
    shown, _ = student.show(photos, np.zeros((len(photos), 2), np.float32))
    assert shown.shape == (len(photos), SIZE // 32, SIZE // 32, 192)
    pooled = keras.Model(network.trunk.input, {LOGITS: network.logits.output, "features": network.features})
    for name, whole in pooled.predict(photos, verbose=0).items():
        assert _likeness(student.reader.predict(shown, verbose=0)[name], whole) > 0.97, name


def test_what_imagenet_said_is_kept_as_a_second_target(
    student: PhaseModel, network: Network, large: Dataset, recipe: Recipe
) -> None:
    photos = PhotoLoader(large, large.indices("validation"), recipe).pixels(0)
    labels = np.ones((len(photos), 2), np.float32)
    shown, wanted = student.show(photos, labels)
    np.testing.assert_array_equal(wanted[LOGITS], labels)
    features = keras.Model(network.trunk.input, network.features).predict(photos, verbose=0)
    kernel, bias = lite0.imagenet_head().get_weights()
    said = _softmax(features @ kernel + bias)
    assert wanted[IMAGENET].shape == (len(photos), 1000)
    np.testing.assert_allclose(wanted[IMAGENET].sum(axis=1), 1, atol=1e-5)
    assert _likeness(wanted[IMAGENET], said) > 0.97
    # Before it has learned anything, the student says the same.
    assert _likeness(_softmax(student.model.predict(shown, verbose=0)[IMAGENET]), said) > 0.97


def test_the_imagenet_head_does_not_learn(student: PhaseModel) -> None:
    learns = {variable.path.split("/")[0] for variable in student.model.trainable_variables}
    assert "head" in learns
    assert all(name == "head" or name.startswith(("stage7", "top")) for name in learns)
    assert not any("bn" in name for name in learns)


def test_frozen_graphs_are_made_once(
    student: PhaseModel, network: Network, large: Dataset, recipe: Recipe, folder: Path
) -> None:
    written = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert set(written) == {"frozen-stage7-64.onnx"}
    again = make_phase_model(network, large, recipe, SHORT, folder)
    assert written == {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    photos, labels = large.pixels[:2], np.zeros((2, 2), np.float32)
    np.testing.assert_array_equal(student.show(photos, labels)[0], again.show(photos, labels)[0])


def test_the_sample_is_training_photos_in_the_size_asked_for(data: Dataset, small: Recipe) -> None:
    sample = sample_photos(data, msgspec.structs.replace(small, photos=10), 32)
    training = {data.pixels[place].tobytes() for place in data.indices("train")}
    assert len(sample) == 10
    assert {photo.tobytes() for photo in sample} <= training
    assert sample_photos(data, small, 20).shape[1:] == (20, 20, 3)


def test_a_sample_for_int8_shows_every_class_and_photos_of_neither(data: Dataset, small: Recipe) -> None:
    """Photos lie in the set class by class: the first of them would all be cats."""
    photos = data.pixels[data.indices("train")]
    sample = sample_photos(data, msgspec.structs.replace(small, photos=0), 32)
    assert {tuple(photo) for photo in sample.mean(axis=(1, 2)).argsort(axis=1)[:, -1:].tolist()} == {(0,), (1,), (2,)}
    assert len(sample) <= len(photos)
