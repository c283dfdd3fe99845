"""Learning as a whole: photos in, a model folder that answers right out."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from pawsight.batch.distribution_shift import read_reference
from pawsight.classifier import Classifier
from pawsight.data import open_dataset
from pawsight.data.prepare import prepare
from pawsight.errors import BadData
from pawsight.evaluate.run import evaluate
from pawsight.learn import Forecast, forecast, learn
from pawsight.model.card import read_card

Item = TypeVar("Item")
MakePhotos = Callable[..., Path]


def test_from_folders_to_a_model_that_answers(
    flowers: Path, make_photos: MakePhotos, tiny_model: Path, tmp_path: Path
) -> None:
    made: list[Forecast] = []
    out = tmp_path / "model"
    learned = learn(flowers, out, base=tiny_model, report=made.append)
    assert made == [learned.forecast]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flowers", "model"]

    card = read_card(out)
    assert card == learned.card
    assert card.name == "model"
    assert card.classes == ["iris", "leaf", "rose"]
    assert card.recipe["name"] == "learn"
    assert card.recipe["base"] == "tiny-1"
    assert card.data is not None
    assert card.data.splits == {f"fold {number}": 16 for number in range(1, 6)}
    assert card.metrics["accuracy"].value == learned.metrics.accuracy.value == 1
    assert card.metrics["accuracy"].n == 60
    assert card.metrics["false_accepts"].n == 20
    assert {"0.05", "0.1"} == set(card.budgets)  # none of 80 wrong proves no more
    expected = {
        "README.md",
        "model.onnx",
        "metrics.json",
        "predictions.npz",
        "manifest.csv",
        "bad.csv",
        "reference.npz",
    }
    assert set(card.files) == expected | {"figures/confusion.svg", "figures/roc.svg"}

    reference = read_reference(out, card)
    assert reference is not None
    assert reference.mix == {"iris": 20, "leaf": 20, "rose": 20, "neither": 20}
    assert len(reference.features) == 80

    fresh = make_photos(tmp_path / "new", {"rose": (200, 60, 50), "iris": (50, 60, 200)}, number=5, start=100)
    answers = Classifier.load(out).predict(sorted(fresh.rglob("*.png")))
    assert [answer.label for answer in answers] == ["iris"] * 5 + ["rose"] * 5


@pytest.mark.long
def test_every_other_command_takes_it(flowers: Path, tiny_model: Path, tmp_path: Path) -> None:
    """Its classes stand in the order of a prepared set's, and its own photos get the answers that it learned."""
    learn(flowers, tmp_path / "model", base=tiny_model)
    data = open_dataset(prepare(flowers, tmp_path / "prepared", size=32).folder)
    assert evaluate(Classifier.load(tmp_path / "model"), data, "train").metrics.accuracy.value == 1


@pytest.mark.long
def test_each_photo_was_answered_for_once_by_who_had_not_seen_it(
    flowers: Path, tiny_model: Path, tmp_path: Path
) -> None:
    shutil.copy(flowers / "rose" / "0.png", flowers / "rose" / "copy.png")
    learn(flowers, tmp_path / "model", base=tiny_model)
    answered = np.load(tmp_path / "model" / "predictions.npz")["paths"].tolist()
    with (tmp_path / "model" / "manifest.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert sorted(answered) == sorted(row["path"] for row in rows)
    assert len(set(answered)) == 81
    split = {row["path"]: row["split"] for row in rows}
    assert split["flowers/rose/0.png"] == split["flowers/rose/copy.png"]


def test_labels_without_meaning_show_as_chance(make_photos: MakePhotos, tiny_model: Path, tmp_path: Path) -> None:
    """A measurement that peeked would find something here."""
    folder = make_photos(tmp_path / "heap", {"heap": (110, 110, 110)}, number=80)
    for number, path in enumerate(sorted(folder.rglob("*.png"))):
        target = tmp_path / "noise" / ("even" if number % 2 else "odd")
        target.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    accuracy = learn(tmp_path / "noise", tmp_path / "model", base=tiny_model).metrics.accuracy.value
    assert accuracy is not None
    assert 0.3 < accuracy < 0.7


@pytest.mark.long
def test_names_and_order_do_not_matter(flowers: Path, tiny_model: Path, tmp_path: Path) -> None:
    learn(flowers, tmp_path / "one", base=tiny_model)
    for number, path in enumerate(sorted(flowers.rglob("*.png"), reverse=True)):
        path.rename(path.with_name(f"renamed-{number}.png"))
    learn(flowers, tmp_path / "two", base=tiny_model)
    one, two = read_card(tmp_path / "one"), read_card(tmp_path / "two")
    assert one.version == two.version
    assert one.data == two.data
    assert one.metrics == two.metrics


def test_other_means_neither(flowers: Path, tiny_model: Path, tmp_path: Path) -> None:
    (flowers / "neither").rename(flowers / "other")
    learned = learn(flowers, tmp_path / "model", base=tiny_model)
    assert learned.card.classes == ["iris", "leaf", "rose"]
    assert learned.metrics.false_accepts is not None


def test_large_sets_are_split(flowers: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pawsight.learn.cross_validation.MOST_FOR_FOLDS", 50)
    monkeypatch.setattr("pawsight.learn.photos.FIRST", 50)
    monkeypatch.setattr("pawsight.learn.photos.FIRST_OF_CLASS", 12)
    learned = learn(flowers, tmp_path / "model", base=tiny_model)
    assert learned.forecast.looked == 48
    assert learned.forecast.files == 80
    data = learned.card.data
    assert data is not None
    assert set(data.splits) == {"train", "validation", "test"}
    assert sum(data.splits.values()) == 80
    of_none = learned.metrics.false_accepts
    assert of_none is not None
    assert learned.metrics.accuracy.n + of_none.n == data.splits["test"]
    assert f"{data.splits['test']} test photos" in learned.measured


def test_an_existing_folder_is_not_touched(flowers: Path, tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(BadData, match="exists"):
        learn(flowers, tmp_path / "mine", base=tiny_model)
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_model_among_the_photos_is_refused(flowers: Path, tiny_model: Path) -> None:
    """The next time its figures would be taken for photos of a class."""
    with pytest.raises(BadData, match="whose photos are read"):
        learn(flowers, flowers / "model", base=tiny_model)


def test_what_cannot_be_written_is_reported_before_the_work(flowers: Path, tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    made: list[Forecast] = []
    with pytest.raises(BadData, match="cannot be written"):
        learn(flowers, tmp_path / "file" / "model", base=tiny_model, report=made.append)
    assert not made


def test_the_progress_hook_can_stop_it(flowers: Path, tiny_model: Path, tmp_path: Path) -> None:
    labels: list[str] = []

    def watch(items: Iterable[Item], total: int, label: str) -> Iterator[Item]:
        labels.append(label)
        for number, item in enumerate(items):
            if label == "Learning" and number == total // 2:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        learn(flowers, tmp_path / "model", base=tiny_model, watch=watch)
    assert labels == ["Looking at photos", "Forecasting", "Learning"]
    assert [path.name for path in tmp_path.iterdir()] == ["flowers"]


def test_a_forecast_writes_nothing(flowers: Path, tiny_model: Path, tmp_path: Path) -> None:
    assert forecast(flowers, base=tiny_model).accuracy.high == 1
    assert [path.name for path in tmp_path.iterdir()] == ["flowers"]


@pytest.mark.long
def test_three_animals(shared: Path, tmp_path: Path) -> None:
    """The target of the shipped backbone: 99 % of photos not seen."""
    learned = learn(shared / "data" / "animals.zip", tmp_path / "animals")
    assert learned.metrics.accuracy.value is not None
    assert learned.metrics.accuracy.value >= 0.99
    assert learned.metrics.accuracy.n == 750
    (low, high) = learned.forecast.accuracy.low, learned.forecast.accuracy.high
    assert low <= learned.metrics.accuracy.value <= high


def test_a_model_that_another_run_has_finished_meanwhile_stays(flowers: Path, tiny_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"

    def finish(_: Forecast) -> None:
        out.mkdir()
        (out / "card.json").write_text("the other run's")

    with pytest.raises(BadData, match="exists"):
        learn(flowers, out, base=tiny_model, report=finish)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flowers", "model"]
    assert (out / "card.json").read_text() == "the other run's"
