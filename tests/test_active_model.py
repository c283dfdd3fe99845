"""Choosing a model, and taking that back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pawsight import zoo
from pawsight.active_model import ActiveModel, active_model, roll_back, use
from pawsight.errors import BadModel, BadSettings, ModelNotFound
from pawsight.model.card import GRAPH, read_card
from pawsight.model.seal import seal
from pawsight.settings import Settings
from pawsight.types import LIMITS


@pytest.fixture(autouse=True)
def _own_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "mine"))


def test_without_a_choice_the_default_answers() -> None:
    assert active_model(Settings()) == ActiveModel("default")


def test_a_choice_and_the_way_back(folder: Path, tiny_model: Path) -> None:
    assert use(Settings(), folder).model == str(folder)
    assert use(Settings(), "lite0").model == "lite0"
    assert use(Settings(), tiny_model).sha256 == read_card(tiny_model).sha256
    assert active_model(Settings()).model == str(tiny_model)
    assert [roll_back(Settings()).model for _ in range(3)] == ["lite0", str(folder), "default"]
    assert active_model(Settings()) == ActiveModel("default")
    with pytest.raises(ModelNotFound, match="models use"):
        roll_back(Settings())


def test_a_path_is_kept_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert use(Settings(), "mine").model == str(folder)


def test_settings_that_name_a_model_follow_nobody(folder: Path) -> None:
    use(Settings(), folder)
    assert active_model(Settings(model="lite0")) == ActiveModel("lite0")


def test_a_bad_model_is_not_chosen(folder: Path, tiny_model: Path) -> None:
    use(Settings(), tiny_model)
    (folder / GRAPH).write_bytes(b"x")
    for model, error in ((folder, BadModel), ("nobody", ModelNotFound)):
        with pytest.raises(error):
            use(Settings(), model)
    assert active_model(Settings()).model == str(tiny_model)


def test_a_folder_that_holds_another_model_by_now(folder: Path, make_model: Callable[..., Path]) -> None:
    """Even one that is whole by itself, with all its hashes right."""
    choice = use(Settings(), folder)
    assert choice.load(LIMITS).card.id == "tiny-1"
    shutil.rmtree(folder)
    make_model(folder, version="2")
    with pytest.raises(BadModel, match="another model than the one that was chosen"):
        choice.load(LIMITS)
    assert use(Settings(), folder).load(LIMITS).card.id == "tiny-2"


def test_a_shipped_model_may_change_with_the_next_version(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoo, "FOLDER", tmp_path)
    choice = use(Settings(), "mine")
    assert choice.model == "mine"
    seal(read_card(folder), folder)
    assert choice.load(LIMITS).card.name == "tiny"


@pytest.mark.parametrize("content", [b"", b"{}", b'{"now": {"model": 1}, "before": []}', b"\xff"])
def test_a_choice_that_does_not_read(content: bytes) -> None:
    path = Settings().choice_file
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(BadSettings, match=r"model\.json"):
        active_model(Settings())
    use(Settings(), "tiny")
    assert active_model(Settings()).model == "tiny"


def test_a_choice_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(BadSettings, match="choice"):
        use(Settings(), folder)
