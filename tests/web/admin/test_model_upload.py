"""A model folder that comes as a ZIP: checked like any model, then published; refused clearly otherwise."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.tampering import reseal

from pawsight.model.card import CARD, GRAPH
from pawsight.settings import Settings
from pawsight.web.admin import model_upload

OFFERED = "/admin/learn/offered"
JSON = {"Accept": "application/json"}
Files = dict[str, bytes]


@pytest.fixture
def flowers(make_model: Callable[..., Path], tmp_path: Path) -> Path:
    return make_model(tmp_path / "made" / "flowers", name="flowers", classes=["rose", "iris"])


def files_of(folder: Path) -> Files:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def packed(files: Files, place: str = "flowers/", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as zip:
        for name, data in files.items():
            zip.writestr(place + name, data)
    return buffer.getvalue()


@pytest.fixture
def send(boss: FlaskClient) -> Callable[[bytes], Any]:
    """Send a ZIP as the page does; its answer."""

    def send(data: bytes, via: FlaskClient = boss) -> Any:
        token = via.get("/admin/learn/").text.partition('name="csrf" value="')[2].partition('"')[0]
        form = {"csrf": token, "model": (io.BytesIO(data), "model.zip")}
        return via.post(OFFERED, data=form, headers=JSON)

    return send


def offered(client: FlaskClient) -> set[str]:
    found: Any = client.get("/api/v1/models").json
    return {model["name"] for model in found["models"]}


@pytest.mark.parametrize("place", ["flowers/", "", "a/b/"])
def test_published_and_predicts(app: Flask, send: Any, flowers: Path, picture: Any, place: str) -> None:
    response = send(packed(files_of(flowers), place))
    assert (response.status_code, response.json) == (200, {"name": "flowers", "page": "/models/flowers"})
    visitor = app.test_client()
    form = {"image": (io.BytesIO(picture()), "a.jpg"), "model": "flowers"}
    said: Any = visitor.post("/api/v1/predictions", data=form).json
    assert set(said["predictions"][0]["scores"]) == {"rose", "iris"}


def test_a_newer_version_takes_its_place(boss: FlaskClient, send: Any, flowers: Path, make_model: Any) -> None:
    newer = make_model(flowers.parent / "newer", name="flowers", version="2", classes=["rose", "iris"])
    for folder in (flowers, newer):
        assert send(packed(files_of(folder))).status_code == 200
    found: Any = boss.get("/api/v1/models").json
    assert [one["version"] for one in found["models"] if one["name"] == "flowers"] == ["2"]


def _damage_graph(files: Files) -> None:
    files[GRAPH] = files[GRAPH][:-1] + b"x"


def _change_card(files: Files) -> None:
    files[CARD] = files[CARD].replace(b'"rose"', b'"tulip"')


def _unseal(files: Files) -> None:
    card = json.loads(files[CARD])
    files[CARD] = json.dumps(card | {"sha256": ""}).encode()


REFUSED: dict[str, tuple[Callable[[Files], object], str]] = {
    "a damaged graph": (_damage_graph, "is not what its card describes"),
    "a changed card": (_change_card, "was changed after it was written"),
    "no seal": (_unseal, "not sealed"),
    "no card": (lambda files: files.pop(CARD), "0 files are called card.json"),
    "no graph": (lambda files: files.pop(GRAPH), "The file model.onnx is missing"),
    "two models": (lambda files: files.update({f"other/{CARD}": b"{}"}), "2 files are called card.json"),
    "no JSON": (lambda files: files.update({CARD: b"hello"}), "is no valid model card"),
    "a card that is too large": (lambda files: files.update({CARD: b" " * 4_000_001}), "larger than expected"),
    "a graph that is too large": (lambda files: files.update({GRAPH: files[GRAPH] + b"x"}), "larger than expected"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_and_nothing_stays(
    boss: FlaskClient, send: Any, flowers: Path, settings: Settings, tmp_path: Path, case: str
) -> None:
    change, reason = REFUSED[case]
    files = files_of(flowers)
    change(files)
    response = send(packed(files))
    assert response.status_code == 409
    assert reason in response.json["error"]
    assert str(tmp_path) not in response.json["error"]
    assert "flowers" not in offered(boss)
    assert not [path for path in settings.admin_folder.rglob("*") if path.is_dir() and "model" in path.name]


def _golden(card: dict[str, Any]) -> None:
    first = card["golden"]["scores"][0]
    first["rose"] = 1 - round(first["rose"])


RESEALED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "other golden scores": (_golden, "golden"),
    "a name that leads away": (lambda card: card.update(name="../../flowers"), "no folder can be"),
    "a name that is taken": (lambda card: card.update(name="tiny"), "the name of another model"),
    "a file outside": (
        lambda card: card["files"].update({"../x": {"sha256": "", "bytes": 1}}),
        "files that are not in its folder",
    ),
    "huge files": (lambda card: card["files"].update({"x": {"sha256": "", "bytes": 10**12}}), "more than 200 MB"),
}


@pytest.mark.parametrize("case", RESEALED)
def test_a_card_that_is_sealed_again(boss: FlaskClient, send: Any, flowers: Path, case: str) -> None:
    change, reason = RESEALED[case]
    reseal(flowers, change)
    response = send(packed(files_of(flowers)))
    assert response.status_code == 409
    assert reason in response.json["error"], response.json
    assert "flowers" not in offered(boss)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\3\4" + bytes(100)], ids=["empty", "text", "cut off"])
def test_no_zip(send: Any, data: bytes) -> None:
    response = send(data)
    assert response.status_code == 409
    assert "no ZIP" in response.json["error"]


def test_what_python_would_unpack_all_at_once_is_not_unpacked(send: Any, flowers: Path) -> None:
    response = send(packed(files_of(flowers), method=zipfile.ZIP_LZMA))
    assert "packed in a way that is not read here" in response.json["error"]


def test_a_crowd_of_files(send: Any, flowers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_upload, "MOST_ENTRIES", 5)
    response = send(packed(files_of(flowers) | {f"{number}.txt": b"" for number in range(5)}))
    assert "more than 5 files" in response.json["error"]


def test_with_a_form_and_no_script(boss: FlaskClient, post: Any, flowers: Path) -> None:
    assert post(OFFERED).status_code == 409
    response = post(OFFERED, model=(io.BytesIO(packed(files_of(flowers))), "flowers.zip"))
    assert (response.status_code, response.headers["Location"]) == (303, "/admin/learn/")
    assert 'href="/models/flowers"' in boss.get("/admin/learn/").text


def test_a_server_without_a_choice_and_visitors(app: Flask, make: Any, log_in: Any, send: Any, flowers: Path) -> None:
    data = packed(files_of(flowers))
    assert "no choice of models" in send(data, via=log_in(make(models="none"))).json["error"]
    form = {"csrf": "x", "model": (io.BytesIO(data), "model.zip")}
    assert app.test_client().post(OFFERED, data=form).status_code == 303
    assert "flowers" not in offered(app.test_client())
