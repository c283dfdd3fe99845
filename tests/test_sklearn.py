from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.errors import BadData, BadPhotoInput

pytest.importorskip("sklearn", reason="the wrapper needs scikit-learn")
from sklearn.base import clone
from sklearn.metrics import accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from pawsight.sklearn import PhotoClassifier


def test_predictions_agree_with_the_classifier(tiny_model: Path, photos: Path, classifier: Classifier) -> None:
    paths = sorted(photos.iterdir())
    model = PhotoClassifier(tiny_model)
    assert model.classes_.tolist() == ["cat", "dog"]
    assert model.predict(paths).tolist() == [one.label for one in classifier.predict(paths)]


def test_probabilities_sum_to_one_and_follow_the_scores(tiny_model: Path, photos: Path) -> None:
    shares = PhotoClassifier(tiny_model).predict_proba(sorted(photos.iterdir()))
    assert shares.dtype == np.float32
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)


def test_no_photos(tiny_model: Path) -> None:
    assert PhotoClassifier(tiny_model).predict([]).shape == (0,)


def test_in_a_pipeline_and_cloned(tiny_model: Path, picture: Any) -> None:
    pipeline = make_pipeline(FunctionTransformer(lambda data: data), clone(PhotoClassifier(tiny_model)))
    data = [picture(), picture(colour=(0, 0, 255))]
    wanted = PhotoClassifier(tiny_model).predict(data)
    assert accuracy_score(wanted, pipeline.fit(data, wanted).predict(data)) == 1


def test_fitting_refuses_other_classes(tiny_model: Path, picture: Any) -> None:
    with pytest.raises(BadData, match="no class 'panda'"):
        PhotoClassifier(tiny_model).fit([picture()], ["panda"])


@pytest.mark.parametrize("labels", [None, 5, "cat", [["cat"]], [None]])
def test_labels_that_are_none(tiny_model: Path, picture: Any, labels: Any) -> None:
    with pytest.raises(BadData):
        PhotoClassifier(tiny_model).fit([picture()], labels)


@pytest.mark.parametrize("one", ["felix.jpg", Path("felix.jpg"), b"1234", np.zeros((32, 32, 3), np.uint8)])
def test_one_photo_is_never_taken_for_many(tiny_model: Path, one: Any) -> None:
    with pytest.raises(BadPhotoInput, match=r"many photos.*\[photo\]"):
        PhotoClassifier(tiny_model).predict(one)


def test_another_model_replaces_the_first(tiny_model: Path, make_model: Any, tmp_path: Path) -> None:
    model = PhotoClassifier(tiny_model)
    assert model.classes_.tolist() == ["cat", "dog"]
    model.set_params(model=make_model(tmp_path / "other", classes=["red", "blue"]))
    assert model.classes_.tolist() == ["red", "blue"]
