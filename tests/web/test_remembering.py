"""Uploads in the archive: they outlast the server, are corrected and deleted by their visitor."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.errors import ArchiveUnavailable, StorageFull
from pawsight.web.security.visitor_cookie import COOKIE
from pawsight.web.state import state

PREDICTIONS = "/api/v1/predictions"
MakeApp = Callable[..., Flask]


@pytest.fixture
def app(make_app: MakeApp, classifier: Classifier) -> Flask:
    """The tiny model is enough here."""
    return make_app(classifier)


def archive_of(app: Flask) -> Archive:
    with app.app_context():
        return state().archive


def photos(folder: Path) -> list[Path]:
    return [path for path in (folder / "archive" / "files").rglob("*") if path.is_file()]


def upload(send: Any, photo: bytes, via: FlaskClient) -> str:
    """Bring a photo over the API; its address."""
    return str(send(photo, via=via).headers["Location"])


def test_an_answer_outlasts_the_server(make_app: MakeApp, classifier: Classifier, send: Any, picture: Any) -> None:
    first, second = (make_app(classifier).test_client() for _ in range(2))
    address = upload(send, picture(), first)
    assert first.patch(address, json={"correction": "dog"}).json["correction"] == "dog"
    later = second.get(address).json
    assert later == first.get(address).json
    assert later["correction"] == "dog"
    for part in ("photo", "heatmap"):
        assert second.get(later[part]).data == first.get(later[part]).data


@pytest.mark.parametrize("label", ["cat", "dog", "both", "neither", None])
def test_a_correction_and_its_undoing(send: Any, client: FlaskClient, picture: Any, label: str | None) -> None:
    address = upload(send, picture(), client)
    before = client.get(address).json
    client.patch(address, json={"correction": "dog"})
    response = client.patch(address, json={"correction": label})
    assert response.status_code == 200
    assert response.json == {**before, "correction": label} == client.get(address).json  # type: ignore[dict-item]


BAD = {
    "a class that nobody knows": (b'{"correction": "zebra"}', "unknown_class"),
    "no JSON": (b"dog", "bad_change"),
    "nothing": (b"", "bad_change"),
    "a number": (b'{"correction": 1}', "bad_change"),
    "another field": (b'{"correction": "cat", "verdict": "cat"}', "bad_change"),
    "no UTF-8": (b'{"correction": "\xff"}', "bad_change"),
    "a list": (b"[]", "bad_change"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_correction_that_is_none(send: Any, client: FlaskClient, picture: Any, case: str) -> None:
    address = upload(send, picture(), client)
    body, code = BAD[case]
    response = client.patch(address, data=body)
    assert (response.status_code, response.json["code"]) == (400, code)
    assert "zebra" not in response.text
    assert client.get(address).json["correction"] is None


def test_forgetting_takes_the_file_and_the_row(
    app: Flask, client: FlaskClient, send: Any, picture: Any, tmp_path: Path
) -> None:
    kept, gone = (upload(send, picture(colour=colour), client) for colour in ((9, 9, 9), (99, 9, 9)))
    assert len(photos(tmp_path)) == 2
    assert client.delete(gone).status_code == 204
    assert len(photos(tmp_path)) == 1
    assert [entry.id for entry in archive_of(app).find().entries] == [kept.rsplit("/", 1)[1]]
    assert client.patch(gone, json={"correction": "cat"}).status_code == 404


def test_private_mode_writes_nothing(
    make_app: MakeApp, classifier: Classifier, send: Any, picture: Any, tmp_path: Path
) -> None:
    app = make_app(classifier, archive=str(tmp_path / "private"), archive_keep="nothing", keep=2)
    client = app.test_client()
    addresses = [upload(send, picture(colour=(number, 0, 0)), client) for number in range(3)]
    assert [client.get(address).status_code for address in addresses] == [404, 200, 200]
    assert client.patch(addresses[2], json={"correction": "both"}).json["correction"] == "both"
    assert not (tmp_path / "private").exists()
    assert not photos(tmp_path)
    assert "newest 2" in client.get("/").text


def visitor(app: Flask) -> FlaskClient:
    """Someone who has opened the page."""
    client = app.test_client()
    client.get("/")
    return client


def test_a_visitor_gets_one_token_and_keeps_it(app: Flask) -> None:
    client = app.test_client()
    header = client.get("/").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax"} <= set(header.split("; "))
    first = client.get_cookie(COOKIE)
    client.get("/")
    second = client.get_cookie(COOKIE)
    assert first
    assert second
    assert first.value == second.value  # it lasts a year from each visit
    assert "Set-Cookie" not in client.get("/api/v1/models").headers


def test_what_a_visitor_brought_only_this_visitor_changes(app: Flask, send: Any, picture: Any) -> None:
    owner, other, nobody = visitor(app), visitor(app), app.test_client()
    address = upload(send, picture(), owner)
    page = address.removeprefix("/api/v1")
    for client in (other, nobody):
        refused = client.patch(address, json={"correction": "dog"}), client.delete(address)
        assert [(response.status_code, response.json["code"]) for response in refused] == [(403, "not_yours")] * 2
        assert client.post(f"{page}/correction", data={"label": "dog"}).status_code == 403
        assert client.post(f"{page}/forget").status_code == 403
    assert owner.get(address).json["correction"] is None
    assert owner.patch(address, json={"correction": "dog"}).status_code == 200
    assert owner.delete(address).status_code == 204


def test_forgetting_all_of_a_visitors_photos(app: Flask, send: Any, picture: Any, tmp_path: Path) -> None:
    owner, other, nobody = visitor(app), visitor(app), app.test_client()
    for client, count in ((owner, 2), (other, 1), (nobody, 1)):
        for number in range(count):
            upload(send, picture(seed=number), client)
    assert nobody.delete(PREDICTIONS).json == {"forgotten": 0}
    assert owner.delete(PREDICTIONS).json == {"forgotten": 2}
    assert archive_of(app).find().total == 2
    assert len(photos(tmp_path)) == 1  # the others brought the same one


@pytest.mark.parametrize(
    ("error", "status"), [(StorageFull("No room."), 507), (ArchiveUnavailable("Not now."), 503)], ids=["full", "away"]
)
def test_what_cannot_be_remembered_is_not_answered(
    app: Flask, send: Any, picture: Any, monkeypatch: pytest.MonkeyPatch, error: Any, status: int
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    client = visitor(app)
    monkeypatch.setattr(archive_of(app), "put_while", refuse)
    response = send(picture(), via=client)
    assert (response.status_code, response.json["code"]) == (status, error.code)
    page = send(picture(), via=client, to="/predict")
    assert page.status_code == status
    assert error.message in page.text
    assert 'class="answer" data-says=' not in page.text


def test_correcting_and_forgetting_on_the_page_without_a_script(app: Flask, send: Any, picture: Any) -> None:
    client = visitor(app)
    page = send(picture(), via=client, to="/predict").text
    action = re.search(r'action="(/predictions/.*?/correction)"', page)
    assert action
    assert re.findall(r'name="label" value="(.*?)"', page) == ["cat", "dog", "both", "neither"]
    noted = client.post(action[1], data={"label": "dog"}, follow_redirects=True)
    assert noted.status_code == 200
    assert "You said so." in noted.text
    assert "You said so." not in client.post(action[1], data={"label": ""}, follow_redirects=True).text
    assert client.post(action[1], data={"label": "zebra"}).status_code == 400
    again, forget = (action[1].replace("/correction", end) for end in ("", "/forget"))
    assert client.post(forget).headers["Location"] == "/"
    assert client.get(again).status_code == 404
