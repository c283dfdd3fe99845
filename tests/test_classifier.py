from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pawsight
from pawsight.card import Thresholds
from pawsight.classifier import BOTH, NEITHER, UNSURE, Classifier, decide
from pawsight.errors import BadModel, BrokenImage, ModelNotFound, PayloadTooLarge, UnreadableFile
from pawsight.types import Limits

THRESHOLDS = Thresholds(absent=0.3, present=0.7)


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ({"cat": 0.9, "dog": 0.1}, "cat"),
        ({"cat": 0.7, "dog": 0.3}, "cat"),
        ({"cat": 0.9, "dog": 0.8}, BOTH),
        ({"cat": 0.2, "dog": 0.3}, NEITHER),
        ({"cat": 0.9, "dog": 0.5}, UNSURE),
        ({"cat": 0.1, "dog": 0.5}, UNSURE),
        ({"cat": 0.69, "dog": 0.69}, UNSURE),
        ({"cat": 0.9, "dog": 0.8, "panda": 0.5}, BOTH),
        ({"cat": 0.1, "dog": 0.2, "panda": 0.99}, "panda"),
        ({"cat": 0.9}, "cat"),
        ({"cat": 0.1}, NEITHER),
    ],
)
def test_decide(scores: dict[str, float], verdict: str) -> None:
    assert decide(scores, THRESHOLDS) == verdict


def test_decide_without_a_gap_is_never_unsure() -> None:
    one_threshold = Thresholds(absent=0.5, present=0.5)
    assert {decide({"cat": score / 100}, one_threshold) for score in range(101)} == {"cat", NEITHER}


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


@pytest.mark.parametrize("one", ["felix.jpg", b"\xff\xd8\xff"])
def test_one_photo_in_place_of_several(classifier: Classifier, one: str | bytes) -> None:
    with pytest.raises(TypeError, match="Expected several photos"):
        classifier.predict(one)  # type: ignore[arg-type]


def test_an_unknown_model(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"default, lite0.*'nobody'.*pawsight models"):
        Classifier.load("nobody")
    with pytest.raises(BadModel, match=r"card\.json"):
        Classifier.load(tmp_path)


def test_hashes_are_checked_before_anything_runs(tiny_model: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    (folder / "model.onnx").write_bytes(b"no graph at all")
    with pytest.raises(BadModel, match="SHA-256"):
        Classifier.load(folder)


def test_the_public_names() -> None:
    assert pawsight.Classifier is Classifier
    assert set(pawsight.__all__) <= set(dir(pawsight)) | {"Classifier", "Prediction"}
    with pytest.raises(AttributeError, match="Oracle"):
        _ = pawsight.Oracle
