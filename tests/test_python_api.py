"""What the public functions refuse: every impossible argument, before anything is read, written or loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pawsight
from pawsight.classifier import Classifier
from pawsight.errors import BadPhotoInput, BadSettings

pytest.importorskip("sklearn", reason="the functions need scikit-learn")

GIVEN: dict[str, tuple[Any, ...]] = {
    "forecast_classes": ("photos",),
    "learn_classes": ("photos", "out"),
    "prepare_data": ("photos", "out"),
    "train_model": ("scratch-small", "data", "out"),
    "evaluate_model": ("tiny", "data"),
    "export_model": ("tiny", "onnx"),
}
WORDS = ("onnx", "scratch-small")  # arguments that are no paths
NO_PATHS = {
    "a number": (7, "of type int"),
    "None": (None, "of type NoneType"),
    "bytes": (b"photos", "of type bytes"),
    "a list": (["photos"], "of type list"),
    "nothing": ("", "empty"),
    "a NUL": ("a\0b", "no file's name"),
    "half a character": ("\ud800", "no file's name"),
    "a long name": ("runs/" + "x" * 300, "more than 255 bytes"),
    "an address": ("https://example.com/x", "is an address"),
    "somebody's home": ("~/x", "expanduser"),
}


@pytest.mark.parametrize("what", NO_PATHS)
@pytest.mark.parametrize(
    ("function", "place"),
    [
        (name, place)
        for name, given in GIVEN.items()
        for place, one in enumerate(given)
        if one not in ("onnx", "scratch-small")
    ],
)
def test_what_is_no_path(function: str, place: int, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given, (wrong, words) = list(GIVEN[function]), NO_PATHS[what]
    given[place] = wrong
    if function == "evaluate_model" and place == 0:
        given[1] = tmp_path
    with pytest.raises(BadSettings, match=words):
        getattr(pawsight, function)(*given)
    assert not list(tmp_path.iterdir())


IMPOSSIBLE: dict[str, dict[str, tuple[Any, ...]]] = {
    "forecast_classes": {"seed": (-1, None, 2**32, 1.5, "x", True), "exclusive": ("no", 1, None), "base": (None, 5)},
    "learn_classes": {"seed": (-1, None, 2**32, 1.5, "x", True), "exclusive": ("no", 1, None)},
    "prepare_data": {
        "size": (0, 31, 1025, None, "224", 224.5),
        "fit": ("Crop", None),
        "seed": (-1,),
        "neither": (None, [5]),
    },
    "train_model": {
        "epochs": (0, 1.5, "1"),
        "photos": (0, -1),
        "seed": (-1, "x"),
        "balance": ("no", None),
        "mixed_precision": ("no", 1),
        "split": ("Test", None, ["test"]),
        "weights": (5,),
        "preview": ("",),
        "tensorboard": (b"x",),
    },
    "evaluate_model": {"split": ("Test", "neither", None)},
    "export_model": {"to": ("ONNX", None), "precision": ("int4", 8), "out": (5, ""), "data": (5,)},
}


@pytest.mark.parametrize(
    ("function", "name", "value"),
    [
        (function, name, one)
        for function, names in IMPOSSIBLE.items()
        for name, values in names.items()
        for one in values
    ],
)
def test_what_is_impossible(
    function: str, name: str, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras", reason="two of the functions need the extra train")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    given = GIVEN[function][:1] if name == "to" else GIVEN[function]
    with pytest.raises(BadSettings, match=name):
        getattr(pawsight, function)(*given, **{name: value})
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_a_recipe_that_is_none(coloured: Any, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="recipe must be a name or a Recipe"):
        pawsight.train_model(None, coloured, tmp_path / "out")  # type: ignore[arg-type]


@pytest.mark.parametrize("threads", [0, -1, None, "2", 10**9])
def test_threads(tiny_model: Path, threads: Any) -> None:
    with pytest.raises(BadSettings, match="threads must be a whole number"):
        Classifier.load(tiny_model, threads=threads)


@pytest.mark.parametrize("batch_size", [0, -1, None, 1.5, np.nan])
def test_batch_sizes(classifier: Classifier, batch_size: Any) -> None:
    with pytest.raises(BadSettings, match="batch_size"):
        classifier.predict([], batch_size=batch_size)
    assert classifier.predict([], batch_size=np.int64(4)) == []  # type: ignore[call-overload]


def test_limits_and_opacity(classifier: Classifier, tiny_model: Path, photos: Path) -> None:
    with pytest.raises(BadSettings, match="limits"):
        Classifier.load(tiny_model, limits=None)  # type: ignore[arg-type]
    for opacity in (-0.1, 1.1, np.nan, "x"):
        with pytest.raises(BadSettings, match="opacity"):
            classifier.predict(photos / "cat.jpg").overlay(opacity=opacity)  # type: ignore[arg-type]


def test_pixels_of_another_size_never_reach_the_graph(classifier: Classifier) -> None:
    for wrong in (np.zeros((8, 8, 3), np.uint8), np.zeros((64, 64, 3)), "felix.jpg"):
        with pytest.raises(BadPhotoInput, match="arrays of shape"):
            classifier.predict_fitted([wrong])  # type: ignore[list-item]
        with pytest.raises(BadPhotoInput, match="arrays of shape"):
            classifier.predict_shared(wrong)  # type: ignore[arg-type]
    with pytest.raises(BadPhotoInput, match="decoded pixels"):
        classifier.fit(np.zeros((8, 8), np.uint8))
