"""What is logged of a request, and what never is."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.settings import Settings
from pawsight.web.operations import logs
from pawsight.web.operations.logs import HEADER

MARKS = ("secret-name.jpg", "secret-query", "secret-field", "secret-class", "127.0.0.1")


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., list[str]]]:
    """`written(log_format="json")` sets logging up; called again without settings it returns the lines."""
    before, level = logging.getLogger().handlers[:], logging.getLogger().level

    def lines(**settings: Any) -> list[str]:
        if settings:
            logs.set_up(Settings(**settings))
            return []
        return capsys.readouterr().err.splitlines()

    yield lines
    logging.basicConfig(handlers=before, level=level, force=True)
    logging.getLogger(logs.__name__).setLevel(logging.NOTSET)


def ask(client: FlaskClient, picture: Any) -> Any:
    photo = (io.BytesIO(picture(comment=b"secret-comment")), MARKS[0])
    return client.post("/api/v1/predictions?q=secret-query", data={"image": photo, "note": "secret-field"})


def test_a_line_of_json_a_request(client: FlaskClient, picture: Any, written: Callable[..., list[str]]) -> None:
    written(log_format="json")
    entry = ask(client, picture).json["predictions"][0]
    client.get(f"{entry['heatmap']}?class=secret-class", headers={HEADER: "from-a-proxy.1"})
    client.get("/nowhere/secret-query")
    lines = [json.loads(line) for line in written()]
    assert [(one["method"], one["route"], one["status"]) for one in lines] == [
        ("POST", "/api/v1/predictions", 201),
        ("GET", "/api/v1/predictions/<id>/heatmap.png", 400),
        ("GET", "none", 404),
    ]
    assert [one.get("code") for one in lines] == [None, "unknown_class", "not_found"]
    assert lines[1]["request"] == "from-a-proxy.1"
    assert all(one["milliseconds"] > 0 and one["level"] == "info" for one in lines)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", one["time"]) for one in lines)
    text = json.dumps(lines)
    assert not [mark for mark in (*MARKS, "secret-comment", entry["id"]) if mark in text]


def test_people_get_lines_only_where_they_want_them(client: FlaskClient, written: Callable[..., list[str]]) -> None:
    written(log_format="text")
    client.get("/livez")
    assert written() == []
    written(log_format="text", log_requests=True)
    client.get("/livez?secret-query")
    (line,) = written()
    assert "GET" in line
    assert "route=/livez status=200" in line
    assert "secret" not in line


def test_addresses_only_where_they_are_set(make_app: Callable[..., Flask], written: Callable[..., list[str]]) -> None:
    client = make_app(log_addresses=True).test_client()
    written(log_format="json")
    client.get("/livez")
    (line,) = written()
    assert json.loads(line)["address"] == "127.0.0.1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "é"])
def test_an_id_that_could_be_anything_is_not_taken_over(client: FlaskClient, given: str) -> None:
    got = client.get("/livez", headers={HEADER: given}).headers[HEADER]
    assert re.fullmatch("[0-9a-f]{16}", got)


def test_our_own_failure_has_the_id_and_names_no_address(
    app: Flask, written: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setitem(app.view_functions, "api.read", fail)
    written(log_format="json")
    response = app.test_client().get("/api/v1/predictions/0123secret?secret-query", headers={HEADER: "me"})
    failed, line = (json.loads(line) for line in written())
    assert response.status_code == 500
    assert (failed["level"], failed["request"], line["request"]) == ("error", "me", "me")
    assert "on purpose" in failed["exception"]
    assert line["code"] == "internal_error"
    assert "secret" not in json.dumps([failed, line])
