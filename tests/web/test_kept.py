"""Models that come and go while a server runs."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.card import read_card
from pawsight.choice import Choice
from pawsight.classifier import Classifier
from pawsight.errors import BadModel, ModelNotFound
from pawsight.web.kept import Kept, keep, kept_card, remove
from pawsight.web.shelf import Shelf

MakeModel = Callable[..., Path]


@pytest.fixture
def mine(tmp_path: Path, make_model: MakeModel) -> Path:
    return make_model(tmp_path / "mine", name="mine", classes=["rose", "iris"])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where models are kept; not there yet."""
    return tmp_path / "admin" / "models"


@pytest.fixture
def shelf(classifier: Classifier, tiny_model: Path, root: Path) -> Shelf:
    return Shelf(classifier, Choice(str(tiny_model)), [], root)


def names(shelf: Shelf) -> list[str]:
    return [card.name for card in shelf.cards()]


def test_a_kept_model_answers_at_once_and_after_a_restart(shelf: Shelf, mine: Path, root: Path) -> None:
    assert names(shelf) == ["tiny"]
    assert keep(root, mine) == read_card(mine)
    shutil.rmtree(mine)  # what was learnt may go, what was kept stays
    again = Shelf(shelf.first, shelf.choice, [], root)
    for one in (shelf, again):
        assert names(one) == ["tiny", "mine"]
        assert one.get("mine").card.classes == ["rose", "iris"]
        assert one.get("mine") is one.get("mine")
        assert one.folder("mine") == root / "mine"


def test_one_that_is_removed_is_gone_but_its_answers_have_their_card(shelf: Shelf, mine: Path, root: Path) -> None:
    keep(root, mine)
    card = shelf.get("mine").card
    remove(root, "mine")
    remove(root, "mine")
    assert list(root.iterdir()) == []
    assert names(shelf) == ["tiny"]
    with pytest.raises(ModelNotFound):
        shelf.get("mine")
    assert shelf.card(card.id) == card


def test_a_newer_version_takes_the_place(shelf: Shelf, mine: Path, root: Path, make_model: MakeModel) -> None:
    keep(root, mine)
    before = shelf.get("mine")
    keep(root, make_model(mine.parent / "newer", name="mine", version="2", classes=["rose", "iris", "leaf"], **LEAF))
    assert shelf.get("mine").card.version == "2"
    assert shelf.card(before.card.id) == before.card
    assert [path.name for path in root.iterdir()] == ["mine"]


LEAF = {"weights": ((20, 0, 0), (0, 0, 20), (0, 20, 0)), "bias": (-10, -10, -10)}


def spoil_card(folder: Path) -> None:
    (folder / "card.json").write_text("{}")


def spoil_graph(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"something else")


def rename(folder: Path) -> None:
    folder.rename(folder.with_name("other"))


@pytest.mark.parametrize("spoil", [spoil_card, spoil_graph, rename])
def test_a_broken_one_is_named_and_left_out(
    shelf: Shelf,
    mine: Path,
    root: Path,
    spoil: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
    make_model: MakeModel,
) -> None:
    keep(root, make_model(mine.parent / "good", name="good"))
    keep(root, mine)
    spoil(root / "mine")
    with caplog.at_level(logging.ERROR):
        assert names(shelf) == ["tiny", "good"]
        assert names(shelf) == ["tiny", "good"]
    assert shelf.kept is not None
    [name] = shelf.kept.broken()
    assert name in ("mine", "other")
    assert len(caplog.records) == 1  # once, not at each request


def test_what_cannot_be_trusted_is_not_kept(mine: Path, root: Path) -> None:
    spoil_graph(mine)
    with pytest.raises(BadModel):
        keep(root, mine)
    assert not root.exists()
    assert kept_card(root, "mine") is None


def test_half_a_copy_is_not_seen(mine: Path, root: Path) -> None:
    shutil.copytree(mine, root / ".new-1234")
    assert Kept(root).models() == Kept(root).broken() == {}


def test_names_of_other_models_come_first(shelf: Shelf, mine: Path, root: Path, make_model: MakeModel) -> None:
    keep(root, make_model(mine.parent / "tiny", name="tiny", version="2"))
    keep(root, mine)
    both = Shelf(shelf.first, shelf.choice, [mine], root)
    assert names(both) == ["tiny", "mine"]
    assert both.folder("mine") == mine
    assert both.get("tiny") is shelf.first
    assert both.has("mine")
    assert both.has("default")
    assert not shelf.has("mine")
