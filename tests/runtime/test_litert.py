"""LiteRT answers like ONNX Runtime, and is refused where it does not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from pawsight.classifier import Classifier
from pawsight.errors import BadModel, MissingExtra
from pawsight.model import single_file
from pawsight.model.card import GRAPH, LITERT, Input, ModelCard, read_card, read_file
from pawsight.model.seal import seal, seal_file
from pawsight.runtime import open_session
from pawsight.runtime.litert import LitertSession

Change = Callable[[ModelCard], ModelCard]


@pytest.fixture(scope="module")
def graph(exported: dict[str, Path]) -> bytes:
    """The tiny model's LiteRT graph, without its card."""
    path = exported["litert"]
    return read_file(path, LITERT, read_card(path))


@pytest.mark.long
def test_both_runtimes_answer_alike_at_any_batch_size(graph: bytes, tiny_model: Path) -> None:
    one, other = LitertSession(graph), open_session((tiny_model / GRAPH).read_bytes())
    assert isinstance(open_session(graph), LitertSession)
    for batch in (1, 5, 2):
        photos = np.random.default_rng(batch).integers(0, 256, (batch, 32, 32, 3), dtype=np.uint8)
        ours, theirs = one.run(photos), other.run(photos)
        for name in ("scores", "features", "maps"):
            np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), atol=1e-5)


def test_several_threads_may_call_at_once(graph: bytes) -> None:
    session = LitertSession(graph)
    photos = np.random.default_rng(0).integers(0, 256, (40, 1, 32, 32, 3), dtype=np.uint8)
    expected = [session.run(photo).scores for photo in photos]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda photo: session.run(photo).scores, photos))
    np.testing.assert_array_equal(np.concatenate(answers), np.concatenate(expected))


def test_a_photo_gets_the_same_verdict_and_nearly_the_same_scores(
    exported: dict[str, Path], classifier: Classifier, photos: Path
) -> None:
    paths = sorted(photos.iterdir())
    expected = classifier.predict(paths)
    for form in ("onnx", "litert"):
        for ours, theirs in zip(Classifier.load(exported[form]).predict(paths), expected, strict=True):
            assert (ours.verdict, ours.label, ours.model) == (theirs.verdict, theirs.label, theirs.model)
            assert ours.scores == pytest.approx(theirs.scores, abs=1e-4)


def test_a_folder_may_hold_litert_in_place_of_onnx(graph: bytes, tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / LITERT).write_bytes(graph)
    seal(read_card(tiny_model), tmp_path)
    assert isinstance(Classifier.load(tmp_path).session, LitertSession)


def _swap_labels(card: ModelCard) -> ModelCard:
    return msgspec.structs.replace(card, classes=card.classes[::-1])


def _resize_otherwise(card: ModelCard) -> ModelCard:
    return msgspec.structs.replace(card, input=Input(size=32, fit="crop"))


def _other_size(card: ModelCard) -> ModelCard:
    return msgspec.structs.replace(card, input=Input(size=48, fit="squash"))


@pytest.mark.parametrize("form", ["onnx", "litert"])
@pytest.mark.parametrize("change", [_swap_labels, _resize_otherwise, _other_size])
def test_each_runtime_refuses_by_golden_pictures(
    form: str, change: Change, exported: dict[str, Path], tmp_path: Path
) -> None:
    card = read_card(exported[form])
    whole = exported[form].read_bytes()
    (tmp_path / "changed").write_bytes(seal_file(change(card), whole[: card.files[card.graph].bytes]))
    with pytest.raises(BadModel, match="golden pictures"):
        Classifier.load(tmp_path / "changed")


@pytest.mark.parametrize("form", ["onnx", "litert"])
def test_each_runtime_refuses_a_changed_order_of_channels(
    form: str, exported: dict[str, Path], make_model: Callable[..., Path], tmp_path: Path
) -> None:
    """Another graph, whose weights take blue for red, under the card of the right one."""
    turned = make_model(tmp_path / "turned", weights=((0, 20), (0, 0), (20, 0)))
    graph = (turned / GRAPH).read_bytes()
    if form == "litert":
        from pawsight.train.formats import Formats

        graph = Formats(graph, "float32", None, tmp_path).litert("float32")
    (tmp_path / "changed").write_bytes(seal_file(read_card(exported[form]), graph))
    with pytest.raises(BadModel, match="golden pictures"):
        Classifier.load(tmp_path / "changed")


def test_what_is_no_graph_of_ours_is_refused(graph: bytes) -> None:
    with pytest.raises(BadModel, match=r"does not load"):
        LitertSession(graph[:200])
    with pytest.raises(BadModel, match=r"from pixels \(uint8\)"):
        LitertSession(graph.replace(b"pixels", b"pixies"))


def test_without_litert_the_extra_is_named(graph: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(MissingExtra, match=r"\[litert\]"):
        LitertSession(graph)


def test_the_card_behind_a_litert_graph_is_an_associated_file(exported: dict[str, Path]) -> None:
    import zipfile

    with zipfile.ZipFile(exported["litert"]) as archive:
        names: Any = archive.namelist()
    assert names == ["card.json"]
    assert single_file.is_litert(exported["litert"].read_bytes())
