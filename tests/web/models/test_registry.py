"""Several models in one server: chosen by name, loaded once, each with its own card."""

from __future__ import annotations

import io
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight import zoo
from pawsight.active_model import ActiveModel
from pawsight.classifier import Classifier
from pawsight.errors import BadModel, ModelNotFound
from pawsight.explain import heat, overlay, to_png
from pawsight.images import decode
from pawsight.model.card import Input, read_card
from pawsight.settings import Settings
from pawsight.web.models.registry import ModelRegistry, offered_folders
from pawsight.web.state import state

PREDICTIONS = "/api/v1/predictions"
file = io.BytesIO


@pytest.fixture
def second(tmp_path: Path, make_model: Callable[..., Path]) -> Path:
    """A model that sees what the tiny one sees, but has other names for it and another way to fit a photo."""
    return make_model(tmp_path / "second", name="second", classes=["red", "blue"], input=Input(size=32, fit="crop"))


@pytest.fixture
def app(make_app: Callable[..., Flask], classifier: Classifier, second: Path) -> Flask:
    return make_app(classifier, models=f"lite0, {second}")


def test_commas_without_a_name_are_no_models() -> None:
    assert offered_folders(Settings(models="")) == offered_folders(Settings(models="none")) == []
    assert [folder.name for folder in offered_folders(Settings(models="tiny, ,lite0,"))] == ["tiny", "lite0"]


@pytest.fixture
def registry(app: Flask) -> ModelRegistry:
    with app.app_context():
        return state().registry


def test_the_first_answers_where_no_model_is_named(send: Any, picture: Any) -> None:
    assert send(picture()).json["predictions"][0]["model"] == "tiny-1"


@pytest.mark.parametrize("way", ["query", "field"])
@pytest.mark.parametrize(("name", "id"), [("second", "second-1"), ("tiny", "tiny-1"), ("default", "tiny-1")])
def test_a_request_chooses(client: FlaskClient, picture: Any, way: str, name: str, id: str) -> None:
    form: dict[str, Any] = {"image": (file(picture()), "a.jpg")}
    address = f"{PREDICTIONS}?model={name}" if way == "query" else PREDICTIONS
    response = client.post(address, data=form | ({"model": name} if way == "field" else {}))
    assert response.status_code == 201
    assert response.json is not None
    (entry,) = response.json["predictions"]
    assert entry["model"] == id
    assert set(entry["scores"]) == ({"red", "blue"} if name == "second" else {"cat", "dog"})


@pytest.mark.parametrize("name", ["nobody", "../second", "/etc", "second\0", "SECOND", "x" * 5000])
def test_a_model_that_is_not_here(client: FlaskClient, picture: Any, send: Any, second: Path, name: str) -> None:
    for asked in (name, str(second), str(zoo.find("lite0"))):  # a path is no name, also where a model stands there
        response = client.post(PREDICTIONS, query_string={"model": asked}, data={"image": (file(picture()), "a")})
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")
        assert response.json is not None
        assert response.json["code"] == "model_not_found"
        assert "tiny, lite0, second" in response.json["detail"]
        assert asked not in response.text


def test_all_are_listed_the_first_first(client: FlaskClient) -> None:
    models = client.get("/api/v1/models").json["models"]  # type: ignore[index]
    assert [model["name"] for model in models] == ["tiny", "lite0", "second"]
    assert [model["classes"] for model in models] == [["cat", "dog"], ["cat", "dog"], ["red", "blue"]]


def test_a_heat_map_lies_where_the_model_that_answered_saw_the_photo(client: FlaskClient, picture: Any) -> None:
    wide = picture(400, 100, colour=(210, 50, 40))
    response = client.post(f"{PREDICTIONS}?model=second", data={"image": (file(wide), "a.jpg")})
    assert response.json is not None
    entry = response.json["predictions"][0]
    drawn = client.get(entry["heatmap"]).data
    small = decode(client.get(entry["photo"]).data)
    maps = heat(answer_maps(client, entry["id"])[:, :, 0].copy())
    assert drawn == to_png(overlay(small, maps, Input(size=32, fit="crop")))
    assert drawn != to_png(overlay(small, maps, Input(size=32, fit="squash")))


def answer_maps(client: FlaskClient, id: str) -> Any:
    with client.application.app_context():
        return state().archive.details(id).maps


def test_the_heat_map_of_a_model_that_is_gone(
    make_app: Callable[..., Flask], client: FlaskClient, picture: Any
) -> None:
    response = client.post(f"{PREDICTIONS}?model=second", data={"image": (file(picture()), "a.jpg")})
    assert response.json is not None
    entry = response.json["predictions"][0]
    later = make_app(models="none").test_client()  # the same archive, another set of models
    assert later.get(f"{PREDICTIONS}/{entry['id']}").status_code == 200
    gone = later.get(entry["heatmap"])
    assert (gone.status_code, gone.json["code"]) == (404, "model_not_found")  # type: ignore[index]
    assert f"The model {entry['model']} gave this answer" in gone.json["detail"]  # type: ignore[index]
    page, before = (one.get(f"/predictions/{entry['id']}").text for one in (later, client))
    assert "heatmap.png" in before
    assert "heatmap.png" not in page
    assert f"{entry['model']}, is gone" in page


def test_pages_about_all_of_them(client: FlaskClient) -> None:
    assert "The active model of this server" in client.get("/models/tiny").text
    assert "A model that comes with Pawsight" in client.get("/models/lite0").text
    assert "A model that a request can choose" in client.get("/models/second").text


def test_others_are_loaded_once_and_only_when_asked_for(
    registry: ModelRegistry, monkeypatch: pytest.MonkeyPatch, second: Path
) -> None:
    loaded: list[Path] = []
    load = Classifier.load
    monkeypatch.setattr(Classifier, "load", lambda folder, **more: loaded.append(folder) or load(folder, **more))
    start = threading.Barrier(8)

    def ask(_: int) -> Classifier:
        start.wait(10)
        return registry.get("second")

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(ask, range(8)))
    assert loaded == [second]
    assert len(set(map(id, got))) == 1
    assert got[0] is not registry.first
    assert got[0].session is not registry.first.session
    assert got[0].limits == registry.first.limits


def test_a_model_that_cannot_be_trusted_costs_only_who_asks_for_it(
    client: FlaskClient, picture: Any, second: Path, send: Any
) -> None:
    (second / "model.onnx").write_bytes(b"something else")
    response = client.post(f"{PREDICTIONS}?model=second", data={"image": (file(picture()), "a.jpg")})
    assert (response.status_code, response.json["code"]) == (503, "bad_model")  # type: ignore[index]
    assert send(picture()).status_code == 201


def test_the_first_of_a_name_wins(classifier: Classifier, tiny_model: Path, tmp_path: Path) -> None:
    twin = Path(shutil.copytree(tiny_model, tmp_path / "twin"))
    registry = ModelRegistry(classifier, ActiveModel(str(tiny_model)), [twin, zoo.find("lite0")])
    assert [card.name for card in registry.cards()] == ["tiny", "lite0"]
    assert registry.get("tiny") is classifier


def test_what_a_setting_offers(second: Path) -> None:
    assert offered_folders(Settings()) == [zoo.find(name) for name in zoo.names()]
    assert offered_folders(Settings(models="none")) == []
    assert offered_folders(Settings(models=f"lite0 ,{second}")) == [zoo.find("lite0"), second]
    with pytest.raises(ModelNotFound, match="nobody"):
        offered_folders(Settings(models="lite0,nobody"))


def test_a_folder_without_a_card_is_reported_at_the_start(classifier: Classifier, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"card\.json"):
        ModelRegistry(classifier, ActiveModel("tiny"), [tmp_path])


def test_the_card_of_an_answer_is_found_by_name_and_version(registry: ModelRegistry, second: Path) -> None:
    assert registry.card("second-1") == read_card(second)
    other = msgspec.structs.replace(read_card(second), version="2")
    with pytest.raises(ModelNotFound, match="not here any more"):
        registry.card(other.id)
