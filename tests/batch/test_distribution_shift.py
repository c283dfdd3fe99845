from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from pawsight.batch.budget import Promise, compare
from pawsight.batch.distribution_shift import (
    DIMENSIONS,
    LEAST,
    REFERENCE,
    PhotoTraits,
    differences,
    gather,
    make_reference,
    measure,
    mix_of,
    read_reference,
    sample_places,
    write_reference,
)
from pawsight.classifier import Classifier
from pawsight.diagnoses import of_folder
from pawsight.errors import BadModel
from pawsight.estimates import Estimate
from pawsight.model.card import Budget, Thresholds, read_card
from pawsight.model.seal import seal

PROMISE = Promise(0.01, Budget(Thresholds(0.2, 0.8), Estimate(0.1, 1000), Estimate(0.004, 900)))


def traits(
    count: int, seed: int, *, shift: float = 0.0, light: float = 120, color: float = 30, side: int = 300
) -> list[PhotoTraits]:
    dice = np.random.default_rng(seed)
    center = np.random.default_rng(0).normal(size=DIMENSIONS).astype(np.float32)
    return [
        PhotoTraits(
            (center + shift * np.eye(DIMENSIONS)[0] * 9 + dice.normal(size=DIMENSIONS) * 0.5).astype(np.float32),
            light + dice.normal(0, 20),
            color + dice.normal(0, 5),
            side,
        )
        for _ in range(count)
    ]


CATS = ["cat"] * 100
REFERENCE_OF_400 = make_reference(traits(400, 1), {"cat": 200, "dog": 190, "neither": 10})


@pytest.mark.parametrize("count", [LEAST, 100, 2000])
def test_the_same_source_is_alike(count: int) -> None:
    found = [differences(REFERENCE_OF_400, traits(count, seed)) for seed in range(2, 22 if count < 1000 else 5)]
    assert sum(map(bool, found)) <= 1


@pytest.mark.parametrize("count", [LEAST, 200])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shift": 1.0}, "what they show"),
        ({"light": 40}, "brightness: "),
        ({"color": 0}, "color: "),
        ({"side": 100}, "size, the shorter side: 100 pixels"),
    ],
)
def test_another_source_differs_and_says_in_what(count: int, change: dict[str, float], said: str) -> None:
    assert said in " ".join(differences(REFERENCE_OF_400, traits(count, 2, **change)))  # type: ignore[arg-type]


def test_in_german() -> None:
    unlike = traits(100, 2, shift=1.0, light=40, color=0, side=100)
    differs = compare(PROMISE, REFERENCE_OF_400, unlike, ["neither"] * 60 + ["cat"] * 40).differs
    said = [of_folder(one, "de") for one in differs]
    assert [text.split(":")[0] for text in said] == ["Inhalt", "Helligkeit", "Farbe", "Größe, kürzere Seite", "Urteile"]
    assert said[3] == "Größe, kürzere Seite: 100 Pixel (Median), gemessen an 300"
    assert said[4] == "Urteile: 60\N{NO-BREAK SPACE}% sind neither, von den gemessenen 2\N{NO-BREAK SPACE}%"


def test_larger_photos_are_no_difference() -> None:
    assert differences(REFERENCE_OF_400, traits(200, 2, side=3000)) == []


def test_a_promise_is_withdrawn_for_an_unlike_folder() -> None:
    unlike = compare(PROMISE, REFERENCE_OF_400, traits(100, 2, light=30), CATS)
    assert (unlike.holds, unlike.compared) == (False, 100)
    alike = compare(PROMISE, REFERENCE_OF_400, traits(100, 2), CATS)
    assert (alike.holds, alike.compared, alike.mix["neither"]) == (True, 100, 10)
    few = compare(PROMISE, REFERENCE_OF_400, traits(LEAST - 1, 2, light=30), CATS)
    assert (few.holds, few.compared) == (True, 0)
    assert compare(PROMISE, None, traits(100, 2), CATS) == PROMISE


@pytest.mark.parametrize(("verdict", "share"), [("neither", "2%"), ("unsure", "10%")])
def test_far_more_of_a_verdict_than_was_measured_withdraws_it(verdict: str, share: str) -> None:
    """A folder of wild animals, say, whose pictures are like those measured."""
    mixed = compare(PROMISE, REFERENCE_OF_400, traits(100, 2), [verdict] * 60 + ["cat"] * 40)
    assert mixed.differs == [f"verdicts: 60% are {verdict}, of those measured {share}"]
    assert compare(PROMISE, REFERENCE_OF_400, traits(100, 2), [verdict] * 12 + ["cat"] * 88).holds


def test_a_reference_is_a_file_of_the_model(
    make_model: Callable[..., Path], picture: Callable[..., bytes], tmp_path: Path
) -> None:
    folder = make_model(tmp_path / "m")
    assert read_reference(folder, read_card(folder)) is None
    classifier = Classifier.load(folder)
    made = gather(classifier, [picture(seed=number) for number in range(6)], {"cat": 6, "neither": 0})
    write_reference(made, folder)
    seal(msgspec.structs.replace(read_card(folder)), folder)
    read = read_reference(folder, read_card(folder))
    assert read is not None
    assert (read.features.shape, read.mix) == ((6, DIMENSIONS), {"cat": 6, "neither": 0})
    np.testing.assert_allclose(read.features, made.features, atol=1e-2)
    (folder / REFERENCE).write_bytes(b"cut off")
    seal(read_card(folder), folder)
    with pytest.raises(BadModel, match=r"reference\.npz"):
        read_reference(folder, read_card(folder))


def test_what_is_noted_of_a_photo(classifier: Classifier) -> None:
    photo = np.full((300, 200, 3), (200, 100, 50), np.uint8)
    seen = measure(photo, classifier.predict([photo])[0])
    assert (seen.color, seen.side) == (150, 200)
    assert seen.brightness == pytest.approx(350 / 3)


def test_the_mix_and_the_sample() -> None:
    targets = np.array([[1, 0], [1, 0], [0, 1], [1, 1], [0, 0]], np.float32)
    assert mix_of(targets, ["cat", "dog"]) == {"cat": 2, "dog": 1, "both": 1, "neither": 1}
    assert len(sample_places(2000)) == 500
    assert sample_places(3).tolist() == [0, 1, 2]
