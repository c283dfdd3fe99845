"""Models that come and go while a server runs."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight.active_model import ActiveModel
from pawsight.classifier import Classifier
from pawsight.errors import BadModel, ModelNotFound
from pawsight.model.card import read_card
from pawsight.web.models.published import PublishedModels, keep, kept_card, remove
from pawsight.web.models.registry import ModelRegistry

MakeModel = Callable[..., Path]


@pytest.fixture
def mine(tmp_path: Path, make_model: MakeModel) -> Path:
    return make_model(tmp_path / "mine", name="mine", classes=["rose", "iris"])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where models are kept; not there yet."""
    return tmp_path / "admin" / "models"


@pytest.fixture
def registry(classifier: Classifier, tiny_model: Path, root: Path) -> ModelRegistry:
    return ModelRegistry(classifier, ActiveModel(str(tiny_model)), [], root)


def names(registry: ModelRegistry) -> list[str]:
    return [card.name for card in registry.cards()]


def test_a_kept_model_answers_at_once_and_after_a_restart(registry: ModelRegistry, mine: Path, root: Path) -> None:
    assert names(registry) == ["tiny"]
    assert keep(root, mine) == read_card(mine)
    shutil.rmtree(mine)  # the project may go, what was published stays
    again = ModelRegistry(registry.first, registry.choice, [], root)
    for one in (registry, again):
        assert names(one) == ["tiny", "mine"]
        assert one.get("mine").card.classes == ["rose", "iris"]
        assert one.get("mine") is one.get("mine")
        assert one.folder("mine") == root / "mine"


def test_one_that_is_removed_is_gone_but_its_answers_have_their_card(
    registry: ModelRegistry, mine: Path, root: Path
) -> None:
    keep(root, mine)
    card = registry.get("mine").card
    remove(root, "mine")
    remove(root, "mine")
    assert list(root.iterdir()) == []
    assert names(registry) == ["tiny"]
    with pytest.raises(ModelNotFound):
        registry.get("mine")
    assert registry.card(card.id) == card


def test_a_newer_version_takes_the_place(
    registry: ModelRegistry, mine: Path, root: Path, make_model: MakeModel
) -> None:
    keep(root, mine)
    before = registry.get("mine")
    keep(root, make_model(mine.parent / "newer", name="mine", version="2", classes=["rose", "iris", "leaf"], **LEAF))
    assert registry.get("mine").card.version == "2"
    assert registry.card(before.card.id) == before.card
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
    registry: ModelRegistry,
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
        assert names(registry) == ["tiny", "good"]
        assert names(registry) == ["tiny", "good"]
    assert registry.kept is not None
    [name] = registry.kept.broken()
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
    assert PublishedModels(root).models() == PublishedModels(root).broken() == {}


def test_names_of_other_models_come_first(
    registry: ModelRegistry, mine: Path, root: Path, make_model: MakeModel
) -> None:
    keep(root, make_model(mine.parent / "tiny", name="tiny", version="2"))
    keep(root, mine)
    both = ModelRegistry(registry.first, registry.choice, [mine], root)
    assert names(both) == ["tiny", "mine"]
    assert both.folder("mine") == mine
    assert both.get("tiny") is registry.first
    assert both.has("mine")
    assert both.has("default")
    assert not registry.has("mine")
