"""What the golden pictures notice, and what they cannot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from pawsight import zoo
from pawsight.classifier import Classifier
from pawsight.errors import BadModel
from pawsight.model.card import GRAPH, Input, ModelCard, read_card
from pawsight.model.seal import seal
from pawsight.runtime import InferenceSession, Outputs, golden
from pawsight.runtime.onnx import OnnxSession
from pawsight.types import Pixels

MakeModel = Callable[..., Path]


class Altered:
    """The same graph, fed or read wrongly."""

    def __init__(
        self,
        session: InferenceSession,
        feed: Callable[[Pixels], Pixels] = lambda pixels: pixels,
        read: Callable[[Any], Any] = lambda scores: scores,
        maps: Callable[[Any], Any] = lambda maps: maps,
        features: Callable[[Any], Any] = lambda features: features,
    ) -> None:
        self.session, self.feed, self.read, self.maps, self.features = session, feed, read, maps, features

    def run(self, pixels: Pixels) -> Outputs:
        out = self.session.run(np.ascontiguousarray(self.feed(pixels)))
        return replace(
            out, scores=self.read(out.scores), maps=self.maps(out.maps), features=self.features(out.features)
        )


@pytest.fixture(scope="module")
def card(tiny_model: Path) -> ModelCard:
    return read_card(tiny_model)


@pytest.fixture(scope="module")
def session(tiny_model: Path) -> OnnxSession:
    return OnnxSession((tiny_model / GRAPH).read_bytes())


def test_the_pictures_are_the_same_for_ever() -> None:
    made = golden.pictures(golden.SEED)
    assert [picture.shape for picture in made] == [(golden.HEIGHT, golden.WIDTH, 3)] * golden.COUNT
    assert (
        hashlib.sha256(np.stack(made).tobytes()).hexdigest()
        == "1613f62529345b0ef2ffa2c026c84fccf38619a5e0b036bdefdc5427026b54cf"
    )


def test_another_seed_gives_other_pictures() -> None:
    assert not np.array_equal(golden.pictures("a"), golden.pictures("b"))


def test_a_model_answers_as_its_card_says(card: ModelCard, session: OnnxSession) -> None:
    golden.replay(card, session)
    assert golden.record(card, session) == card.golden
    assert golden.fitted(card).shape == (golden.COUNT, 32, 32, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"feed": lambda pixels: pixels[..., ::-1].copy()},  # blue, green, red
        {"feed": lambda pixels: pixels // 2},  # scaled twice
        {"feed": lambda pixels: 255 - pixels},
        {"read": lambda scores: scores[:, ::-1]},  # outputs swapped
        {"read": lambda scores: scores + np.float32(0.002)},
        {"read": lambda scores: scores * np.nan},
    ],
)
def test_a_graph_fed_or_read_wrongly_is_refused(card: ModelCard, session: OnnxSession, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadModel, match="tiny-1"):
        golden.replay(card, Altered(session, **wrong))


FAULTS: dict[str, dict[str, Any]] = {
    "channels in the order of OpenCV": {"feed": lambda pixels: pixels[..., ::-1]},
    "classes swapped": {"read": lambda scores: scores[:, ::-1], "maps": lambda maps: maps[..., ::-1]},
    "mirrored": {"feed": lambda pixels: pixels[:, :, ::-1]},
    "upside down": {"feed": lambda pixels: pixels[:, ::-1]},
    "turned": {"feed": lambda pixels: np.rot90(pixels, axes=(1, 2))},
    "maps swapped": {"maps": lambda maps: maps[..., ::-1]},
    "maps mirrored": {"maps": lambda maps: maps[:, :, ::-1]},
    "maps transposed": {"maps": lambda maps: maps.transpose(0, 2, 1, 3)},
    "features in another order": {"features": lambda features: np.roll(features, 1, axis=1)},
}


@pytest.mark.long
@pytest.mark.parametrize("name", zoo.names())
def test_every_fault_is_noticed_in_every_shipped_model(name: str) -> None:
    """The scores of `scratch` let all of these pass but one, and those of every model swapped maps."""
    classifier = Classifier.load(name)
    card, session = classifier.card, classifier.session
    assert golden.record(card, session) == card.golden
    assert [fault for fault, wrong in FAULTS.items() if not is_refused(card, Altered(session, **wrong))] == []


def is_refused(card: ModelCard, session: InferenceSession) -> bool:
    try:
        golden.replay(card, session)
    except BadModel:
        return True
    return False


def test_a_card_of_an_older_version_is_held_to_its_scores(card: ModelCard, session: OnnxSession) -> None:
    old = msgspec.structs.replace(card, golden=msgspec.structs.replace(card.golden, maps=[], features=[]))
    golden.replay(old, Altered(session, maps=lambda maps: maps[..., ::-1]))
    with pytest.raises(BadModel, match="scores differ"):
        golden.replay(old, Altered(session, read=lambda scores: scores[:, ::-1]))


def test_a_graph_of_another_number_of_classes_is_refused(card: ModelCard, session: OnnxSession) -> None:
    for read in (lambda scores: scores[:, :1], lambda scores: np.repeat(scores, 2, axis=1)):
        with pytest.raises(BadModel, match="names 2 classes, but its graph gives"):
            golden.replay(card, Altered(session, read=read))


@pytest.mark.parametrize(
    "how",
    [
        Input(size=32, fit="pad"),
        Input(size=32, fit="crop"),
        Input(size=32, fit="squash", interpolation="bilinear"),
        Input(size=40, fit="squash"),
        Input(size=16, fit="squash"),
    ],
)
def test_a_card_that_feeds_wrongly_is_refused(card: ModelCard, session: OnnxSession, how: Input) -> None:
    with pytest.raises(BadModel, match="golden pictures"):
        golden.replay(msgspec.structs.replace(card, input=how), session)


def test_class_names_in_another_order_are_refused(card: ModelCard, session: OnnxSession) -> None:
    with pytest.raises(BadModel, match="golden pictures"):
        golden.replay(msgspec.structs.replace(card, classes=["dog", "cat"]), session)


def test_a_damaged_weight_is_noticed_even_where_the_hash_was_made_to_fit(make_model: MakeModel, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model")
    data = (folder / GRAPH).read_bytes()
    first = data.index(np.float32(20).tobytes())
    for place in range(first + 3, first + 24, 4):  # the highest byte of each of the 3 x 2 weights
        (folder / GRAPH).write_bytes(data[:place] + bytes([data[place] ^ 0x40]) + data[place + 1 :])
        seal(read_card(folder), folder)
        with pytest.raises(BadModel, match="golden pictures"):
            Classifier.load(folder)
