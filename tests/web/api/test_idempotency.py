"""A photo that is sent again with the key of the first time is answered as then, and kept once."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.classifier import Classifier
from pawsight.web.api.idempotency import HEADER, new_key
from pawsight.web.state import state

PREDICTIONS = "/api/v1/predictions"
KEY = "b2f7a1d0-5f0e-4f0a-9d8e-3c1b7a6f5e4d"


@pytest.fixture
def app(make_app: Callable[..., Flask], classifier: Classifier) -> Flask:
    """The tiny model is enough here."""
    return make_app(classifier)


def ask(client: FlaskClient, *photos: bytes, key: str = KEY, to: str = PREDICTIONS, **fields: str) -> Any:
    data = {"image": [(io.BytesIO(photo), f"{place}.jpg") for place, photo in enumerate(photos)], **fields}
    return client.post(to, data=data, headers={HEADER: key} if key else {})


def kept(app: Flask) -> int:
    with app.app_context():
        return state().archive.find().total


def test_the_same_answer_again(client: FlaskClient, app: Flask, picture: Any) -> None:
    first, again = (ask(client, picture()) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json == again.json
    assert first.headers["Location"] == again.headers["Location"]
    assert kept(app) == 1


def test_quotes_around_it_are_those_of_the_standard(client: FlaskClient, app: Flask, picture: Any) -> None:
    assert ask(client, picture()).json == ask(client, picture(), key=f'"{KEY}"').json


def test_without_a_key_each_is_a_new_one(client: FlaskClient, app: Flask, picture: Any) -> None:
    assert ask(client, picture(), key="").json != ask(client, picture(), key="").json
    assert kept(app) == 2


@pytest.mark.long
@pytest.mark.parametrize("to", ["/predict", "/batch", PREDICTIONS])
def test_a_form_may_say_it_too(client: FlaskClient, app: Flask, picture: Any, to: str) -> None:
    for _ in range(2):
        assert post(client, picture(), KEY, to).status_code in (200, 201)
    assert kept(app) == 1


def post(client: FlaskClient, photo: bytes, key: str, to: str = PREDICTIONS) -> Any:
    return client.post(to, data={"image": (io.BytesIO(photo), "a.jpg"), "key": key})


def test_two_servers_at_the_same_time(
    make_app: Callable[..., Flask], classifier: Classifier, picture: Any, app: Flask
) -> None:
    apps = [make_app(classifier) for _ in range(4)]
    photo = picture(300, 300, seed=1)
    with ThreadPoolExecutor(len(apps)) as pool:
        said = list(pool.map(lambda one: ask(one.test_client(), photo).json["predictions"][0]["id"], apps))
    assert len(set(said)) == 1
    assert kept(app) == 1


def test_a_key_stands_for_photo_model_place_and_visitor(client: FlaskClient, app: Flask, picture: Any) -> None:
    photo, other = picture(seed=1), picture(seed=2)
    ids = [
        entry["id"]
        for answer in (
            ask(client, photo),
            ask(client, other),
            ask(client, photo, model="tiny"),
            ask(client, photo, key=new_key()),
            ask(client, photo, photo),  # the first of these two is the first of all
        )
        for entry in answer.json["predictions"]
    ]
    client.get("/")  # gives the cookie of a visitor
    ids += [ask(client, photo).json["predictions"][0]["id"]]
    assert ids[4] == ids[0]
    assert len(set(ids)) == len(ids) - 1 == kept(app)


def test_what_was_forgotten_is_answered_anew(client: FlaskClient, app: Flask, picture: Any) -> None:
    first = ask(client, picture())
    client.delete(first.headers["Location"])
    assert ask(client, picture()).status_code == 201
    assert kept(app) == 1


def test_a_broken_photo_stays_broken(client: FlaskClient, app: Flask, picture: Any) -> None:
    photos = picture(), b"dear diary"
    first, again = (ask(client, *photos) for _ in range(2))
    assert first.json == again.json
    assert [next(iter(entry)) for entry in again.json["predictions"]] == ["id", "error"]
    assert kept(app) == 1


@pytest.mark.parametrize("key", ["", "1", '"', "x" * 15, "x" * 201, "ä" * 20, "two words of sixteen"])
def test_a_key_that_can_be_guessed(client: FlaskClient, app: Flask, picture: Any, key: str) -> None:
    answer = post(client, picture(), key)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_key")
    assert kept(app) == 0


@pytest.mark.parametrize("key", ["", f'"{KEY}', f'""{KEY}""'])
def test_an_empty_or_half_quoted_header(client: FlaskClient, app: Flask, picture: Any, key: str) -> None:
    """A client whose key got lost on the way must not believe that its photos are stored once."""
    data = {"image": (io.BytesIO(picture()), "a.jpg")}
    answer: Any = client.post(PREDICTIONS, data=data, headers={HEADER: key})
    assert (answer.status_code, answer.json["code"]) == (400, "bad_key")
    assert kept(app) == 0


def test_a_header_next_to_a_field(client: FlaskClient, app: Flask, picture: Any) -> None:
    first = ask(client, picture())
    other = {"image": (io.BytesIO(picture()), "a.jpg"), "key": new_key()}
    assert client.post(PREDICTIONS, data=other, headers={HEADER: KEY}).json == first.json
    bad = {"image": (io.BytesIO(picture()), "a.jpg"), "key": "no key*"}
    assert client.post(PREDICTIONS, data=bad, headers={HEADER: KEY}).status_code == 400
    assert kept(app) == 1


def test_nothing_is_kept_but_the_newest(make_app: Callable[..., Flask], classifier: Classifier, picture: Any) -> None:
    client = make_app(classifier, archive_keep="nothing").test_client()
    assert ask(client, picture()).json == ask(client, picture()).json
