from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.data.check.suspects import judge
from pawsight.data.layout import list_files
from pawsight.data.sources import open_source
from pawsight.types import Floats

CLASSES = ("cat", "dog", "panda")
EACH = 60


def clusters(classes: int = 3, each: int = EACH) -> Floats:
    """Features as a network makes them: never negative, and each class strong in a part of its own."""
    rng = np.random.default_rng(0)
    features = rng.gamma(1.0, 0.02, (classes * each, 96)).astype(np.float32)
    for number in range(classes):
        features[number * each : (number + 1) * each, 16 * number : 16 * number + 16] += rng.gamma(4, 0.5, (each, 1))
    return features


def alone(number: int) -> list[str]:
    return [str(place) for place in range(number)]


def test_flipped_labels_come_first_with_what_they_show() -> None:
    labels = [name for name in CLASSES for _ in range(EACH)]
    flipped = {3: "dog", 20: "panda", 70: "cat", 130: "dog", 150: "cat"}
    truth = {place: labels[place] for place in flipped}
    for place, label in flipped.items():
        labels[place] = label
    found = judge(clusters(), labels, alone(len(labels)))
    assert found
    assert set(np.argsort(-found.wrong)[: len(flipped)]) == set(flipped)
    assert {place: found.suggested[place] for place in flipped} == truth
    assert found.wrong[list(flipped)].min() > 0.5
    assert found.errors == pytest.approx(len(flipped), abs=2)


def test_photos_of_nothing_known_are_called_neither() -> None:
    features = clusters(2)
    outliers = [5, 100]
    features[outliers, :32], features[5, 48:56], features[100, 80:88] = 0, 6, 6
    labels = ["cat"] * EACH + ["dog"] * EACH
    found = judge(features, labels, alone(len(labels)))
    assert found
    assert set(np.argsort(-found.wrong)[:2]) == set(outliers)
    assert set(found.suggested[outliers]) == {"neither"}
    labels[5] = labels[100] = "neither"  # a label says so itself: then that is no ground for suspicion
    again = judge(np.vstack([features, features[outliers]]), [*labels, "neither", "neither"], alone(len(labels) + 2))
    assert again
    assert again.wrong[outliers].max() < found.wrong[outliers].min()


def test_what_is_said_of_training_photos_does_not_depend_on_test_photos() -> None:
    """Their labels may be anything: nothing was learned from them, and still they are judged."""
    features, labels = clusters(), [name for name in CLASSES for _ in range(EACH)]
    held = [place % 10 == 0 for place in range(len(labels))]
    one = judge(features, labels, alone(len(labels)), held)
    spoiled = features.copy()
    spoiled[held] = features[held][::-1]  # test photos that show something else
    other = judge(spoiled, labels, alone(len(labels)), held)
    assert one
    assert other
    kept = ~np.array(held)
    # The classifier's word is the same; only the spread of residuals, which shows `neither`, is of all photos.
    assert np.abs(one.wrong[kept] - other.wrong[kept]).max() < 0.2
    assert other.wrong[held].mean() > 0.5 > one.wrong[held].mean()


def test_labels_of_which_only_test_photos_are_there_are_not_judged() -> None:
    labels = ["cat"] * EACH + ["dog"] * EACH
    assert judge(clusters(2), labels, alone(len(labels)), [label == "dog" for label in labels]) is None


def test_a_copy_gives_no_alibi() -> None:
    """Were copies on both sides, ten copies of one flipped photo would vouch for each other."""
    features = clusters(2)
    labels = ["cat"] * EACH + ["dog"] * EACH
    features = np.vstack([features, np.repeat(features[EACH : EACH + 1], 40, axis=0)])
    labels += ["cat"] * 40
    groups = [*alone(2 * EACH), *["copies"] * 40]
    together, apart = judge(features, labels, groups), judge(features, labels, alone(len(labels)))
    assert together
    assert apart
    assert together.wrong[-40:].min() > 0.9 > apart.wrong[-40:].max()


def test_nothing_to_judge_by() -> None:
    assert judge(clusters(1), ["cat"] * EACH, alone(EACH)) is None


def test_nor_by_features_that_are_all_equal() -> None:
    assert judge(np.ones((40, 8), np.float32), ["cat"] * 20 + ["dog"] * 20, alone(40)) is None


@pytest.fixture(scope="module")
def animals(shared: Path) -> tuple[Floats, list[str]]:
    """Features and labels of forty real photos of each of three animals."""
    classifier = Classifier.load("default", threads=2)
    with open_source(shared / "data" / "animals.zip") as source:
        files = [file for file in list_files(source, "animals") if file.label]
        chosen = [file for name in CLASSES for file in [one for one in files if one.label == name][:40]]
        features = np.stack([answer.features for answer in classifier.predict(file.read() for file in chosen)])
    return features, [str(file.label) for file in chosen]


def test_planted_flips_among_real_photos_are_found(animals: tuple[Floats, list[str]]) -> None:
    features, labels = animals
    planted = np.random.default_rng(1).choice(len(labels), 12, replace=False)
    for place in planted:
        labels[place] = CLASSES[(CLASSES.index(labels[place]) + 1) % 3]
    found = judge(features, labels, alone(len(labels)))
    assert found
    assert len(set(planted) & set(np.argsort(-found.wrong)[:15])) >= 11
