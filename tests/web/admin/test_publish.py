"""From a model that was learned on the page to one that visitors may choose."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pawsight.settings import Settings

LEARN = "/admin/learn/"
Post = Callable[..., TestResponse]


@pytest.fixture
def learned(post: Post, settings: Settings, make_model: Callable[..., Path]) -> str:
    """A project with a model, as if it had been trained."""
    return _learned(post, settings, make_model, "flowers")


def _learned(post: Post, settings: Settings, make_model: Callable[..., Path], name: str) -> str:
    address = post(LEARN, name=name).headers["Location"]
    folder = settings.admin_folder / "albums" / address.rpartition("/")[2]
    make_model(folder / "model" / name, name=name, classes=["rose", "iris"])
    return address


def models(client: FlaskClient) -> list[str]:
    found = client.get("/api/v1/models").json
    assert found is not None
    return [model["name"] for model in found["models"]]


def test_offered_chosen_and_taken_away(
    boss: FlaskClient, post: Post, learned: str, make: Callable[..., Flask], picture: Any
) -> None:
    assert "Visitors can then choose it next to the other models" in boss.get(learned).text
    assert "flowers" not in models(boss)
    assert post(f"{learned}/offer").headers["Location"] == f"{learned}#offer"
    assert "Visitors can choose it next to the other models" in boss.get(learned).text
    assert 'href="/models/flowers"' in boss.get(LEARN).text
    for visitor in (boss.application.test_client(), make().test_client()):  # also in a server that starts now
        assert "flowers" in models(visitor)
        assert "flowers" in visitor.get("/").text
        assert visitor.get("/models/flowers").status_code == 200
        form = {"image": (io.BytesIO(picture()), "a.jpg"), "model": "flowers"}
        said = visitor.post("/api/v1/predictions", data=form).json
        assert said is not None
        assert set(said["predictions"][0]["scores"]) == {"rose", "iris"}
    post(f"{learned}/delete")
    assert "flowers" in models(boss)
    assert post(f"{LEARN}offered/flowers/remove").status_code == 303
    assert "flowers" not in models(boss)


def test_a_broken_one_is_named(boss: FlaskClient, post: Post, learned: str, settings: Settings) -> None:
    post(f"{learned}/offer")
    (settings.admin_folder / "models" / "flowers" / "model.onnx").write_bytes(b"x")
    (settings.admin_folder / "models" / "flowers").rename(settings.admin_folder / "models" / "roses")
    assert "flowers" not in models(boss)
    assert "It cannot be used, and is left out" in boss.get(LEARN).text
    assert post(f"{LEARN}offered/roses/remove").status_code == 303
    assert "left out" not in boss.get(LEARN).text


def test_names_that_are_taken(boss: FlaskClient, post: Post, settings: Settings, make_model: Any) -> None:
    for name in ("tiny", "default", "lite0"):
        address = _learned(post, settings, make_model, name)
        assert post(f"{address}/offer").status_code == 409


def test_nothing_to_offer(boss: FlaskClient, post: Post, learned: str, settings: Settings) -> None:
    [model] = settings.admin_folder.glob("albums/*/model/flowers/model.onnx")
    model.write_bytes(b"x")
    assert post(f"{learned}/offer").status_code == 409
    model.with_name("card.json").unlink()
    assert post(f"{learned}/offer").status_code == 404
    assert post(f"{LEARN}offered/flowers/remove").status_code == 303
    assert post(f"{LEARN}offered/..%2Falbums/remove").status_code in (303, 404)
    assert list(settings.admin_folder.glob("albums/*/about.json"))


def test_a_server_without_a_choice(make: Callable[..., Flask], log_in: Any, learned: str, post: Post) -> None:
    post(f"{learned}/offer")
    boss = log_in(make(models="none"))
    assert models(boss) == ["tiny"]
    assert "This server offers no choice of models" in boss.get(learned).text


def test_visitors_publish_nothing(app: Flask, learned: str) -> None:
    for address in (f"{learned}/offer", f"{LEARN}offered/flowers/remove"):
        assert app.test_client().post(address).status_code == 303
    assert models(app.test_client()).count("flowers") == 0
