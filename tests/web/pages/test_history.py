"""A visitor's own photos."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.web.pages.history import SIZE


@pytest.fixture
def app(make_app: Any, classifier: Any) -> Flask:
    """The tiny model is enough here."""
    return make_app(classifier)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Someone who has opened the page."""
    client = app.test_client()
    client.get("/")
    return client


def ids(client: FlaskClient, number: int = 1) -> list[str]:
    return re.findall(r'action="/predictions/(\w+)/forget"', client.get(f"/photos?page={number}").text)


def test_newest_first_and_nobody_elses(app: Flask, client: FlaskClient, send: Any, picture: Any) -> None:
    other = app.test_client()
    other.get("/")
    mine = [send(picture(seed=seed), via=client).json["predictions"][0]["id"] for seed in range(3)]
    theirs = send(picture(), via=other).json["predictions"][0]["id"]
    assert ids(client) == mine[::-1]
    assert ids(other) == [theirs]
    assert ids(app.test_client()) == []


def test_pages(client: FlaskClient, send: Any, picture: Any) -> None:
    for _ in range(2):
        assert send(*[picture(8, 8, seed=seed) for seed in range(SIZE // 2 + 1)], via=client).status_code == 201
    assert [len(ids(client, number)) for number in (1, 2)] == [SIZE, 2]
    assert len(set(ids(client, 1) + ids(client, 2))) == SIZE + 2
    assert 'rel="next" href="/photos?page=2"' in client.get("/photos").text
    assert "Page 2 of 2" in client.get("/photos?page=2").text


@pytest.mark.parametrize("number", ["9999", "99999999999999999999", "3"])
def test_a_page_beyond_the_last_leads_to_the_last(client: FlaskClient, send: Any, picture: Any, number: str) -> None:
    send(picture(), via=client)
    response = client.get(f"/photos?page={number}")
    assert (response.status_code, response.headers["Location"]) == (302, "/photos?page=1")


@pytest.mark.parametrize("number", ["0", "-1", "two", "", "1.5", "%00"])
def test_what_is_no_page_is_the_first(client: FlaskClient, send: Any, picture: Any, number: str) -> None:
    send(picture(), via=client)
    assert len(re.findall("<article", client.get(f"/photos?page={number}").text)) == 1


def test_nothing_there_yet_and_forgetting_all(app: Flask, client: FlaskClient, send: Any, picture: Any) -> None:
    assert "There are none" in client.get("/photos").text
    for seed in range(2):
        send(picture(seed=seed), via=client)
    another = app.test_client()
    another.post("/photos/delete")
    assert len(ids(client)) == 2
    assert client.post("/photos/delete").headers["Location"] == "/photos"
    assert "There are none" in client.get("/photos").text
