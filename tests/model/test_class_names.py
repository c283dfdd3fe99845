"""What a class may be called: a folder on every system, a table's cell, and never a verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pawsight.errors import BadData, BadModel
from pawsight.model.card import CARD, ModelCard, encode, read_card
from pawsight.model.class_names import check_name, check_names, normalize, same_class

REFUSED = [
    *("both", "Both", "neither", "UNSURE", "please-check", "Please-Check"),
    *("CON", "nul", "Aux.photos", "com1", "LPT9", "COM\u00b9", "conin$"),
    *("=cmd|calc!A1", "+1", "-rf", "@sum", "\t=1", " =1"),
    *("", " ", ".", "..", ".hidden", "a/b", "a\\b", "a:b", "what?", "ends.", "ends ", " starts", "tab\tbed", "line\n"),
    *("fotos-\udce4", "cat\u200b", "\u202etac", "x" * 201, "猫" * 70),
]


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(BadData) as caught:
        check_name(name)
    line = str(caught.value)
    assert line.isprintable()
    assert line.encode()


@pytest.mark.parametrize(
    "name", ["cat", "Hauskatze", "Kätzchen", "猫", "C++", "a.b", "bothe", "confetti", "communion", "🐈\u200d⬛", "x-y"]
)
def test_names_that_may_be(name: str) -> None:
    check_name(name)


def test_names_of_one_folder_are_refused_together() -> None:
    with pytest.raises(BadData, match="one folder"):
        check_names(["Cat", "dog", "cat"])
    check_names(["Cat", "dog"])


def test_two_spellings_of_one_look_are_one_class() -> None:
    assert normalize("Ka\u0308tzchen") == "K\u00e4tzchen"
    assert same_class("KA\u0308TZCHEN") == same_class("k\u00e4tzchen")


@pytest.mark.parametrize("name", ["both", "NUL", "=1"])
def test_a_model_with_such_a_class_is_refused(make_model: Callable[..., Path], tmp_path: Path, name: str) -> None:
    folder = make_model(tmp_path / "model")
    card = msgspec.json.decode((folder / CARD).read_bytes(), type=ModelCard)
    golden = msgspec.structs.replace(
        card.golden, scores=[{name: row["cat"], "dog": row["dog"]} for row in card.golden.scores]
    )
    changed = msgspec.structs.replace(card, classes=[name, "dog"], golden=golden, sha256="")
    (folder / CARD).write_bytes(encode(changed))
    with pytest.raises(BadModel, match="cannot be used"):
        read_card(folder)
