from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from pawsight import zoo
from pawsight.classifier import Classifier
from pawsight.errors import BadModel, ModelNotFound
from pawsight.model.card import CARD, GRAPH, Input, read_card
from pawsight.runtime import golden

MEGABYTES = 40  # what all shipped models may weigh together


@pytest.fixture(scope="module")
def default() -> Classifier:
    return Classifier.load("default")


def test_names_start_with_the_default() -> None:
    assert zoo.names()[0] == zoo.DEFAULT
    assert zoo.find("default") == zoo.find(zoo.DEFAULT) == zoo.FOLDER / zoo.DEFAULT


def test_a_folder_of_ones_own(tiny_model: Path) -> None:
    assert zoo.find(tiny_model) == zoo.find(str(tiny_model)) == tiny_model


@pytest.mark.parametrize("model", ["nobody", "lite0.zip", "../zoo/none"])
def test_an_unknown_model(model: str) -> None:
    with pytest.raises(ModelNotFound, match="pawsight models"):
        zoo.find(model)


@pytest.mark.parametrize("name", zoo.names())
def test_a_shipped_model_is_whole(name: str) -> None:
    card = Classifier.load(name).card  # checks hashes and golden pictures
    assert card.name == name
    assert card.licence
    assert card.origin
    assert card.data is not None
    assert card.metrics["accuracy"].n > 0
    for path, file in card.files.items():
        assert (zoo.FOLDER / name / path).stat().st_size == file.bytes


def test_shipped_models_stay_small() -> None:
    assert sum(path.stat().st_size for path in zoo.FOLDER.rglob("*") if path.is_file()) < MEGABYTES * 1e6


def test_the_default_tells_cats_from_dogs(default: Classifier) -> None:
    assert default.card.classes == ["cat", "dog"]
    assert default.card.metrics["accuracy"].value >= 0.99


def test_maps_and_scores_of_the_default_agree(default: Classifier) -> None:
    out = default.session.run(golden.fitted(default.card))
    sigmoids = 1 / (1 + np.exp(-out.maps.mean(axis=(1, 2))))
    opened = out.scores / sigmoids  # the gate, one for all classes
    assert opened.max() <= 1.001
    assert opened[:, 0] == pytest.approx(opened[:, 1], rel=1e-3)
    assert opened.max() - opened.min() > 0.05  # the golden mosaics are no pets, some less than others


@pytest.mark.parametrize("change", [{"fit": "pad"}, {"fit": "squash"}, {"interpolation": "bilinear"}, {"size": 160}])
def test_the_default_notices_wrong_fitting(default: Classifier, change: dict[str, Any]) -> None:
    how: Input = msgspec.structs.replace(default.card.input, **change)
    with pytest.raises(BadModel, match="golden pictures"):
        golden.replay(msgspec.structs.replace(default.card, input=how), default.session)


def test_the_default_knows_real_photos(default: Classifier, shared: Path) -> None:
    with zipfile.ZipFile(shared / "data" / "kagglecatsanddogs_5340.zip") as archive:
        names = [f"PetImages/{kind}/{number}.jpg" for kind in ("Cat", "Dog") for number in range(100, 120)]
        answers = default.predict(archive.read(name) for name in names)
    right = sum(answer.label in name.lower() for answer, name in zip(answers, names, strict=True))
    assert right >= 38


def test_the_default_knows_a_cat_when_it_sees_one(default: Classifier, shared: Path) -> None:
    (answer,) = default.predict([shared / "hostile" / "image-rs__images__jpg__progressive__cat.jpg"])
    assert answer.verdict == "cat"


def test_the_card_is_readable(default: Classifier) -> None:
    assert read_card(zoo.FOLDER / zoo.DEFAULT) == default.card
    assert (zoo.FOLDER / zoo.DEFAULT / CARD).read_text(encoding="utf-8").count("\n") > 20
    assert GRAPH in default.card.files
