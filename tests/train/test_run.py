"""A whole training, made small: photos in, a model folder that answers right out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pawsight.classifier import Classifier
from pawsight.data import Dataset
from pawsight.errors import BadData, BadModel
from pawsight.evaluate.write import evaluate_into
from pawsight.model.card import read_card
from pawsight.recipes import Phase, Recipe, find
from pawsight.train.run import publish, train

Accuracy = Callable[[Path, Dataset], float]


def test_from_photos_to_a_model_that_answers(accuracy: Accuracy, data: Dataset, small: Recipe, tmp_path: Path) -> None:
    out = tmp_path / "model"
    metrics = evaluate_into(train(small, data, out), data)
    assert not out.exists()
    publish(out)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]

    assert metrics.accuracy.value == 1
    card = read_card(out)
    assert card.metrics["accuracy"].value == 1
    assert card.metrics["accuracy"].n == metrics.accuracy.n > 0
    assert {"both_found", "singles_called_both", "false_accepts_seen_kinds"} <= set(card.metrics)
    assert "false_accepts_new_kinds" not in card.metrics  # its photos of neither have no kinds
    assert card.data is not None
    assert set(card.data.sources.values()) == {"not stated"}
    assert card.data.fingerprint == data.fingerprint
    assert msgspec.convert({k: v for k, v in card.recipe.items() if k != "blend_losses"}, Recipe) == small
    expected = {
        "README.md",
        "model.onnx",
        "model.keras",
        "history.csv",
        "metrics.json",
        "predictions.npz",
        "refusal.json",
    }
    assert set(card.files) == expected | {f"figures/{name}.svg" for name in ("confusion", "roc", "history")}

    assert accuracy(out, data) == 1
    (out / "model.onnx").write_bytes((out / "model.onnx").read_bytes()[:-1])
    with pytest.raises(BadModel, match="bytes in place of"):
        Classifier.load(out)


@pytest.mark.long
def test_photos_may_be_prepared_larger_and_shown_smaller(
    accuracy: Accuracy, data: Dataset, staged: Recipe, tmp_path: Path
) -> None:
    growing = Phase(name="grows", epochs=3, rate=3e-3, sizes=((1, 16), (1, 20)))
    recipe = msgspec.structs.replace(staged, size=24, phases=(growing,), quantise=True)
    folder = train(recipe, data, tmp_path / "model")
    assert accuracy(folder, data) == 1
    assert read_card(folder).input.size == 24
    assert read_card(folder).input.fit == "crop"


def test_an_existing_folder_is_not_touched(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(BadData, match="exists"):
        train(small, data, tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"


def test_smaller_photos_are_refused(data: Dataset, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"at 224 pixels or more .* have 32"):
        train(find("scratch-small"), data, tmp_path / "model")


def test_photos_fitted_otherwise_are_refused(data: Dataset, small: Recipe, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"with squash, but these have 32 with crop.*--fit squash"):
        train(msgspec.structs.replace(small, fit="squash"), data, tmp_path / "model")
