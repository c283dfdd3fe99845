"""The web on an archive in either database: upload, correct, delete, and the admin pages about it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient

pytest.importorskip("onnx", reason="the tiny model is made with the package onnx")

from pawsight.classifier import Classifier
from pawsight.settings import Settings
from pawsight.web import create_app
from pawsight.web.admin import password

PASSWORD = "four words of mine"
PREDICTIONS = "/api/v1/predictions"


@pytest.fixture
def client(
    settled: Callable[..., Settings], classifier: Classifier, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    """A visitor who is the admin too."""
    monkeypatch.setattr(password, "_COST", "scrypt:128:8:1")
    settings = msgspec.structs.replace(settled(), admin=str(tmp_path / "admin"))
    password.store(settings, PASSWORD)
    client = create_app(settings, classifier).test_client()
    client.get("/")
    assert client.post("/admin/login", data={"password": PASSWORD}).status_code == 303
    return client


@pytest.fixture
def send(client: FlaskClient, picture: Callable[..., bytes], colours: Any) -> Callable[..., str]:
    """`send("dog", 3)` uploads the third photo of that answer; its id."""

    def send(verdict: str, seed: int = 0) -> str:
        photo = io.BytesIO(picture(colour=colours[verdict], seed=seed))
        answer = client.post(PREDICTIONS, data={"image": (photo, "a.jpg")})
        return str(answer.json["predictions"][0]["id"])  # type: ignore[index]

    return send


@pytest.mark.long
def test_upload_correct_delete(client: FlaskClient, send: Callable[..., str]) -> None:
    kept, gone = send("cat"), send("dog")
    corrected = client.patch(f"{PREDICTIONS}/{kept}", json={"correction": "dog"})
    assert corrected.json == client.get(f"{PREDICTIONS}/{kept}").json
    assert client.delete(f"{PREDICTIONS}/{gone}").status_code == 204
    assert client.get(f"{PREDICTIONS}/{gone}").status_code == 404
    assert client.get(f"{PREDICTIONS}/{kept}/photo.jpg").status_code == 200
    assert client.delete(PREDICTIONS).json == {"forgotten": 1}


def test_the_admin_pages(client: FlaskClient, send: Callable[..., str]) -> None:
    cat, dog, another = send("cat", 1), send("dog", 2), send("cat", 3)
    csrf = re.search(r'name="csrf" value="(.*?)"', client.get("/admin/").text)
    assert csrf
    client.post(f"/admin/photos/{cat}/correction", data={"csrf": csrf[1], "label": "dog"})
    found = client.get("/admin/photos/?verdict=cat&corrected=yes&least=80&sort=most+sure").text
    assert re.findall(r"/admin/photos/([0-9a-f]{32})", found) == [cat]
    assert another in client.get(f"/admin/photos/{cat}/alike").text
    assert client.post("/admin/photos/export", data={"csrf": csrf[1]}).mimetype == "application/zip"
    client.post(f"/admin/photos/{dog}/delete", data={"csrf": csrf[1]})
    assert client.get(f"/admin/photos/{dog}").status_code == 404
    overview = client.get("/admin/").text
    assert "1 corrected" in overview
    assert "<strong>2</strong>" in overview
    for odd in ("verdict=ca%00t", "least=nan", "most=inf", "page=99999999999999999999", "since=9999-12-31"):
        assert client.get(f"/admin/photos/?{odd}").status_code in (200, 404)
