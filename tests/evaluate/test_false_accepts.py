"""False accepts of a split by kind, and what training measured for kinds left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.conftest import COLOURS

from pawsight.classifier import Classifier
from pawsight.data import Dataset, open_dataset
from pawsight.data.prepare import prepare
from pawsight.errors import BadModel
from pawsight.evaluate.false_accepts import false_accepts, read_refusal
from pawsight.evaluate.run import evaluate
from pawsight.model.card import ModelCard, TrainingData
from pawsight.model.refusal import FILE, figures
from pawsight.report import tabulate_refusal


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory, picture: Callable[..., bytes]) -> Dataset:
    """Red cats, blue dogs, green cows (predicted as neither) and red pigs (predicted as cats)."""
    folder = tmp_path_factory.mktemp("kinds")
    looks = {"pets/cat": "cat", "pets/dog": "dog", "others/farm/cow": "neither", "others/farm/pig": "cat"}
    for number, (where, look) in enumerate(looks.items()):
        (folder / where).mkdir(parents=True)
        for grain in range(80):
            photo = picture(40, 40, colour=COLOURS[look], seed=100 * number + grain, format="PNG")
            (folder / where / f"{grain}.png").write_bytes(photo)
    return open_dataset(prepare(folder / "pets", folder / "prepared", size=32, neither=[folder / "others"]).folder)


def trained_on(classifier: Classifier, data: Dataset) -> ModelCard:
    return msgspec.structs.replace(classifier.card, data=TrainingData(data.fingerprint, {}))


def test_each_kind_has_its_figure(classifier: Classifier, kinds: Dataset) -> None:
    found = false_accepts(evaluate(classifier, kinds), kinds, trained_on(classifier, kinds))
    assert found is not None
    shares = {row.kind: row.accepted.value for row in found.kinds}
    assert shares == {"farm/cow": 0, "farm/pig": 1}
    assert all(row.seen for row in found.kinds)  # the training split has photos of both
    assert found.new.n == found.unknown.n == 0
    text = tabulate_refusal(found)
    assert "farm animals" in text
    assert "farm/pig 100.00 % (seen)" in text
    assert "never seen" not in text


def test_what_a_model_of_other_photos_saw_is_not_known(classifier: Classifier, kinds: Dataset) -> None:
    found = false_accepts(evaluate(classifier, kinds), kinds, classifier.card)
    assert found is not None
    assert [row.seen for row in found.kinds] == [None, None]
    assert found.new.n == found.seen.n == 0
    assert found.unknown.n == sum(row.accepted.n for row in found.kinds)
    text = tabulate_refusal(found)
    assert "all (training not recorded)" in text
    assert "seen in training" not in text


def test_what_the_model_says_that_it_saw_is_seen(classifier: Classifier, kinds: Dataset) -> None:
    recorded = figures("validation", ["animals/cow"], [False], [])  # the network did not, but the gate did
    found = false_accepts(evaluate(classifier, kinds), kinds, classifier.card, recorded)
    assert found is not None
    assert {row.kind: row.seen for row in found.kinds} == {"farm/cow": True, "farm/pig": False}


def test_a_set_without_photos_of_neither_has_none(classifier: Classifier, coloured: Dataset) -> None:
    found = false_accepts(evaluate(classifier, coloured), coloured, classifier.card)
    assert found is None or {row.kind for row in found.kinds} == {"neither"}


def test_a_damaged_file_is_reported(tmp_path: Path) -> None:
    assert read_refusal(tmp_path) is None
    (tmp_path / FILE).write_text("{")
    with pytest.raises(BadModel, match="cannot be read"):
        read_refusal(tmp_path)
