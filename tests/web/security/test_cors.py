"""Pages of other sites that may use the API."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from pawsight.errors import BadSettings

APP = "https://app.example.org"
PREDICTIONS = "/api/v1/predictions"


@pytest.fixture
def client(make_app: Any) -> FlaskClient:
    found: FlaskClient = make_app(cors_origins=f"{APP}/, http://localhost:3000").test_client()
    return found


def preflight(client: FlaskClient, origin: str, path: str = PREDICTIONS) -> Any:
    return client.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})


def test_a_listed_page_may_ask(client: FlaskClient, picture: Any) -> None:
    first = preflight(client, APP)
    assert first.status_code == 204
    assert first.headers["Access-Control-Allow-Origin"] == APP
    assert "PATCH" in first.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in first.headers["Access-Control-Allow-Headers"]
    sent = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
    answer = client.post(PREDICTIONS, data={"image": (io.BytesIO(picture()), "a")}, headers=sent)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (201, APP)
    assert "Location" in answer.headers["Access-Control-Expose-Headers"]
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_no_other_page_may(client: FlaskClient, make_app: Any) -> None:
    for asked, origin in [(client, "https://evil.example"), (client, "null"), (make_app().test_client(), APP)]:
        answers = [preflight(asked, origin), asked.get("/api/v1/models", headers={"Origin": origin})]
        assert not any("Access-Control-Allow-Origin" in answer.headers for answer in answers)
        assert asked.post(PREDICTIONS, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_only_the_api_is_open(client: FlaskClient) -> None:
    for path in ("/", "/admin/", "/photos"):
        assert "Access-Control-Allow-Origin" not in preflight(client, APP, path).headers
    assert client.post("/photos/forget", headers={"Origin": APP, "Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_cookies_do_not_count(client: FlaskClient, picture: Any) -> None:
    client.get("/")
    mine = client.post(PREDICTIONS, data={"image": (io.BytesIO(picture()), "a")}).headers["Location"]
    theirs = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
    assert client.delete(mine, headers=theirs).status_code == 403
    assert client.delete(PREDICTIONS, headers=theirs).json == {"forgotten": 0}
    assert client.delete(mine).status_code == 204


@pytest.mark.parametrize("text", ["app.example.org", "https://app.example.org/path", "ftp://x"])
def test_what_is_no_origin_is_said_at_the_start(make_app: Any, text: str) -> None:
    with pytest.raises(BadSettings, match="cors_origins"):
        make_app(cors_origins=text)
