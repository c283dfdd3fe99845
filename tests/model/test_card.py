from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pawsight.errors import BadModel
from pawsight.model import card as cards
from pawsight.model.card import CARD, GRAPH, ModelCard, describe, read_card, read_file, read_model
from pawsight.model.seal import seal


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may break."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def edit(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    card = json.loads((folder / CARD).read_text())
    change(card)
    (folder / CARD).write_text(json.dumps(card))


def test_a_card_comes_back_as_it_was_written(folder: Path) -> None:
    card = read_card(folder)
    assert seal(card, folder) == read_card(folder) == card
    assert card.id == "tiny-1"
    assert (folder / CARD).read_text().endswith("}\n")


def test_every_file_of_the_folder_is_listed(folder: Path) -> None:
    (folder / "figures").mkdir()
    (folder / "figures" / "roc.svg").write_text("<svg/>")
    sealed = seal(read_card(folder), folder)
    assert set(sealed.files) == {GRAPH, "README.md", "figures/roc.svg"}
    assert sealed.files["figures/roc.svg"].bytes == 6


def test_a_card_never_changes(folder: Path) -> None:
    with pytest.raises(AttributeError):
        read_card(folder).name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda card: card.pop("classes"), "classes"),
        (lambda card: card.pop("golden"), "golden"),
        (lambda card: card.update(colour="red"), "colour"),
        (lambda card: card.update(format=2), "format"),
        (lambda card: card.update(classes=[]), "classes"),
        (lambda card: card.update(classes="cat"), "classes"),
        (lambda card: card.update(classes=["cat", "cat"]), "class twice: cat, cat"),
        (lambda card: card.update(precision="int4"), "precision"),
        (lambda card: card["input"].update(size=0), r"input\.size"),
        (lambda card: card["input"].update(size="big"), r"input\.size"),
        (lambda card: card["input"].update(fit="stretch"), r"input\.fit"),
        (lambda card: card["input"].update(interpolation="nearest"), r"input\.interpolation"),
        (lambda card: card["thresholds"].update(present=1.5), r"thresholds\.present"),
        (lambda card: card["thresholds"].update(absent=0.9), "absent above present"),
        (lambda card: card["files"][GRAPH].pop("sha256"), "sha256"),
        (lambda card: card["golden"].update(tolerance=-1), r"golden\.tolerance"),
        (lambda card: card["golden"].update(scores=[]), "golden scores"),
        (lambda card: card["golden"]["scores"][0].update(panda=0.5), "golden scores"),
        (lambda card: card.update(classes=["cat", "dog", "panda"]), "golden scores"),
        (lambda card: card["metrics"].update(accuracy={"value": 0.99}), "`n`"),
    ],
)
def test_a_broken_card_is_refused_by_the_name_of_the_field(
    folder: Path, change: Callable[[dict[str, Any]], Any], named: str
) -> None:
    edit(folder, change)
    with pytest.raises(BadModel, match=named) as caught:
        read_card(folder)
    assert CARD in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"golden": NaN}'])
def test_what_is_no_card(folder: Path, content: bytes) -> None:
    (folder / CARD).write_bytes(content)
    with pytest.raises(BadModel, match="no valid model card"):
        read_card(folder)


def test_a_folder_without_a_card(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"card\.json cannot be read \(No such file"):
        read_card(tmp_path)


def test_a_listed_file(folder: Path) -> None:
    assert read_file(folder, GRAPH, read_card(folder)) == (folder / GRAPH).read_bytes()
    assert describe((folder / GRAPH).read_bytes()) == read_card(folder).files[GRAPH]


def test_a_changed_file(folder: Path) -> None:
    data = bytearray((folder / GRAPH).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / GRAPH).write_bytes(data)
    with pytest.raises(BadModel, match="SHA-256"):
        read_file(folder, GRAPH, read_card(folder))


def test_a_folder_that_is_replaced_while_it_is_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = Path(shutil.copytree(folder, tmp_path / "newer"))
    (newer / GRAPH).write_bytes(b"another graph")
    seal(read_card(newer), newer)
    read = read_card

    def read_and_replace(model: Path) -> ModelCard:
        found = read(model)
        if newer.exists():
            folder.rename(tmp_path / "older")
            newer.rename(folder)
        return found

    monkeypatch.setattr(cards, "read_card", read_and_replace)
    assert read_model(folder) == (read(folder), b"another graph")


def test_a_missing_file(folder: Path) -> None:
    (folder / GRAPH).unlink()
    with pytest.raises(BadModel, match="cannot be read"):
        read_file(folder, GRAPH, read_card(folder))


def test_an_unlisted_file(folder: Path) -> None:
    (folder / "other.onnx").write_bytes((folder / GRAPH).read_bytes())
    with pytest.raises(BadModel, match="does not list"):
        read_file(folder, "other.onnx", read_card(folder))


@pytest.mark.parametrize(("file", "program"), [("model.xml", "OpenVINO"), ("saved_model.pb", "TensorFlow")])
def test_a_model_for_another_program_is_not_called_damaged(folder: Path, file: str, program: str) -> None:
    edit(folder, lambda card: card.update(precision="float32"))  # as exports do, without sealing it again
    (folder / GRAPH).rename(folder / file)
    with pytest.raises(BadModel, match=f"is a model for {program}, which Pawsight exports but does not run"):
        read_card(folder)


def test_a_keras_file_is_not_called_a_model_without_a_card(tmp_path: Path) -> None:
    (tmp_path / "tiny.keras").write_bytes(b"PK")
    with pytest.raises(BadModel, match="is a model for Keras"):
        read_card(tmp_path / "tiny.keras")
