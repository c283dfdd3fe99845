from __future__ import annotations

import json
import multiprocessing
import pickle
import shutil
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pawsight
from pawsight import zoo
from pawsight.classifier import Classifier
from pawsight.errors import (
    BadModel,
    BadPhotoInput,
    BrokenImage,
    ModelNotFound,
    PayloadTooLarge,
    UnknownLabel,
    UnreadableFile,
)
from pawsight.types import Limits


def test_right_answers(classifier: Classifier, photos: Path) -> None:
    paths = sorted(photos.iterdir())
    assert [answer.verdict for answer in classifier.predict(paths)] == [path.stem for path in paths]


def test_what_a_photo_may_be(classifier: Classifier, photos: Path) -> None:
    path = photos / "cat.jpg"
    pixels = classifier.decode(path)
    answers = classifier.predict([path, str(path), path.read_bytes(), pixels])
    assert [answer.to_dict() for answer in answers] == [answers[0].to_dict()] * 4


def test_a_prediction_has_all_that_is_needed(classifier: Classifier, picture: Any) -> None:
    (answer,) = classifier.predict([picture()])
    assert answer.label == answer.verdict == "cat"
    assert answer.scores == {"cat": pytest.approx(0.9986, abs=1e-3), "dog": pytest.approx(0.0012, abs=1e-3)}
    assert answer.model == "tiny-1"
    assert answer.features.shape == (3,)
    assert answer.maps.shape == (4, 4, 2)
    assert json.loads(json.dumps(answer.to_dict())) == answer.to_dict()
    assert set(answer.to_dict()) == {"label", "verdict", "scores", "model"}


@pytest.mark.parametrize("batch_size", [1, 2, 16])
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_any_number_of_photos(classifier: Classifier, picture: Any, count: int, batch_size: int) -> None:
    photos = [picture(seed=seed) for seed in range(count)]
    assert len(classifier.predict(iter(photos), batch_size)) == count


def test_an_upright_and_a_turned_photo_are_answered_alike(classifier: Classifier, picture: Any) -> None:
    upright = np.zeros((48, 64, 3), np.uint8)
    upright[:24] = (255, 0, 0)
    turned = np.ascontiguousarray(np.rot90(upright, 1))
    first, second = classifier.predict(
        [picture(pixels=upright, format="PNG"), picture(pixels=turned, format="PNG", orientation=6)]
    )
    assert first == second
    assert np.array_equal(first.maps, second.maps)


def test_bad_photos_are_refused(classifier: Classifier, picture: Any) -> None:
    with pytest.raises(BrokenImage):
        classifier.predict([picture(), picture()[:300]])
    with pytest.raises(UnreadableFile):
        classifier.predict(["missing.jpg"])


def test_limits_are_kept(tiny_model: Path, picture: Any) -> None:
    with pytest.raises(PayloadTooLarge):
        Classifier.load(tiny_model, limits=Limits(bytes=10)).predict([picture()])


def test_a_prediction_explains_itself(classifier: Classifier, photos: Path) -> None:
    prediction = classifier.predict(photos / "cat.jpg")
    assert prediction.heatmap().shape == (4, 4)
    assert prediction.overlay("dog").shape == (48, 64, 3)
    page = prediction._repr_html_()
    assert page is not None
    assert "data:image/png;base64," in page
    assert "<strong>cat</strong>" in page
    with pytest.raises(UnknownLabel, match=r"'panda'.*cat, dog"):
        prediction.heatmap("panda")


def test_an_open_file_can_be_explained_after_it_was_read(classifier: Classifier, photos: Path) -> None:
    with (photos / "cat.jpg").open("rb") as file:
        prediction = classifier.predict(file)
    assert prediction.overlay().shape == (48, 64, 3)


def test_fitted_pixels_have_no_photo_to_draw_on(classifier: Classifier, picture: Any) -> None:
    (prediction,) = classifier.predict_fitted([classifier.read(picture())])
    assert prediction._repr_html_() is None
    with pytest.raises(BadPhotoInput, match="doesn't know its photo"):
        prediction.overlay()


def test_a_pickled_classifier_is_loaded_again(tiny_model: Path, tmp_path: Path, picture: Any) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    classifier = Classifier.load(folder, limits=Limits(bytes=5000))
    again = pickle.loads(pickle.dumps(classifier))
    assert again.limits == classifier.limits
    assert again.predict(picture()) == classifier.predict(picture())
    data = pickle.dumps(classifier)
    shutil.rmtree(folder)
    shutil.copytree(zoo.find("default"), folder)
    with pytest.raises(BadModel, match="has changed"):
        pickle.loads(data)


def test_a_classifier_made_by_hand_is_not_pickled(classifier: Classifier) -> None:
    with pytest.raises(BadModel, match=r"Classifier\.load"):
        pickle.dumps(Classifier(classifier.card, classifier.session))


def test_other_processes_predict_alike(tiny_model: Path, picture: Any) -> None:
    classifier, data = Classifier.load(tiny_model), [picture(seed=seed) for seed in range(4)]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        assert list(processes.map(classifier.predict, data)) == [classifier.predict(photo) for photo in data]


def test_threads_share_a_classifier(classifier: Classifier, picture: Any) -> None:
    data = [picture(seed=seed) for seed in range(32)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(classifier.predict, data)) == [classifier.predict(photo) for photo in data]


def test_a_closed_classifier_says_so(tiny_model: Path, picture: Any) -> None:
    with Classifier.load(tiny_model) as classifier:
        classifier.warm_up()
        assert classifier.predict(picture()).verdict == "cat"
    with pytest.raises(BadModel, match="was closed"):
        classifier.predict(picture())


def test_an_unknown_model(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"default, lite0.*'nobody'.*pawsight models"):
        Classifier.load("nobody")
    with pytest.raises(BadModel, match=r"card\.json"):
        Classifier.load(tmp_path)


def test_hashes_are_checked_before_anything_runs(tiny_model: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    (folder / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(BadModel, match="is not what its card describes: it has 11 bytes"):
        Classifier.load(folder)


def test_the_public_names() -> None:
    assert pawsight.Classifier is Classifier
    assert set(pawsight.__all__) <= set(dir(pawsight)) | {"Classifier", "Prediction"}
    with pytest.raises(AttributeError, match="Oracle"):
        _ = pawsight.Oracle
