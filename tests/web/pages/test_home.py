"""The page without JavaScript; with it: test_browser.py."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.classifier import Classifier

HEADLINES = {
    "cat": "Cat, quite sure",
    "dog": "Dog, quite sure",
    "both": "Both: a cat and a dog",
    "neither": "Neither a cat nor a dog",
    "unsure": "Not sure: please look yourself",
}


def cards(page: str) -> str:
    """The part of the page that answers."""
    return html.unescape(page[page.index('id="answers"') : page.index("<template")])


def headlines(page: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", cards(page))


def test_the_form(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "Cat or dog?" in page
    assert 'action="/predict"' in page
    assert 'enctype="multipart/form-data"' in page
    assert re.search(r'<input[^>]*type="file"[^>]*name="image"[^>]*multiple', page)
    assert "10\N{NO-BREAK SPACE}MB" in page
    assert not headlines(page)


@pytest.mark.parametrize("verdict", HEADLINES)
def test_each_verdict_in_words(
    make_app: Callable[..., Flask], classifier: Classifier, send: Any, picture: Any, colours: Any, verdict: str
) -> None:
    response = send(picture(colour=colours[verdict]), to="/predict", via=make_app(classifier).test_client())
    assert response.status_code == 200
    assert headlines(response.text) == [HEADLINES[verdict]]


def test_the_card_shows_numbers_photo_and_heat_map(send: Any, client: FlaskClient, picture: Any) -> None:
    page = cards(send(picture(), to="/predict").text)
    assert len(re.findall(r'<meter min="0" max="1" value="0?\.\d+', page)) == 2
    pictures = re.findall(r'<img[^>]*src="(.*?)"', page)
    assert [client.get(address).mimetype for address in pictures] == ["image/jpeg", "image/png"]


def test_good_and_bad_photos_together(send: Any, picture: Any) -> None:
    response = send(picture(), b"hello", to="/predict")
    assert response.status_code == 200
    assert headlines(response.text)[1] == "This format is not supported"
    assert "The file is text" in cards(response.text)


def test_only_bad_photos(send: Any) -> None:
    response = send(b"", b"hello", to="/predict")
    assert response.status_code == 400
    assert headlines(response.text) == ["This file is empty", "This format is not supported"]


def test_a_name_is_shown_as_text_and_cut(send: Any) -> None:
    page = send(b"x", name="<script>alert(1)</script>" + "y" * 500, to="/predict").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "y" * 61 not in page


def test_nothing_chosen(client: FlaskClient) -> None:
    response = client.post("/predict", data={}, content_type="multipart/form-data")
    assert response.status_code == 400
    assert "No photo received" in response.text


def test_the_address_of_answers_leads_back_to_the_form(client: FlaskClient) -> None:
    response = client.get("/predict")
    assert (response.status_code, response.headers["Location"]) == (303, "/")


def test_limits_and_classes_are_those_of_this_server(make_app: Callable[..., Flask], classifier: Classifier) -> None:
    page = make_app(classifier, max_bytes=2_500_000, models="none").test_client().get("/").text
    assert "2.5\N{NO-BREAK SPACE}MB" in page
    assert classifier.card.id in page
    assert "test photos" not in page  # the tiny model has no measured accuracy


def test_a_form_chooses_the_model(make_app: Callable[..., Flask], classifier: Classifier, picture: Any) -> None:
    client = make_app(classifier, models="lite0").test_client()
    for page, to, shown in (("/", "/predict", r"by lite0-\d"), ("/batch", "/batch", r'title="lite0-\d')):
        form = html.unescape(client.get(page).text)
        assert re.findall(r'<option value="(\w+)" data-id', form) == ["tiny", "lite0"]
        assert re.search(r"lite0: 4.9\sMB, right on 99.3\s% of test photos", form)
        answered = client.post(to, data={"image": (io.BytesIO(picture()), "a.jpg"), "model": "lite0"})
        assert answered.status_code == 200
        assert re.search(shown, answered.text)
        assert re.search(r'value="lite0"[^>]* selected', answered.text)


@pytest.mark.parametrize("to", ["/predict", "/batch"])
def test_a_model_that_is_not_here(client: FlaskClient, picture: Any, to: str) -> None:
    refused = client.post(to, data={"image": (io.BytesIO(picture()), "a.jpg"), "model": "nobody"})
    assert refused.status_code == 404
    assert "Model not found" in refused.text


def test_no_choice_of_one_model(make_app: Callable[..., Flask], classifier: Classifier) -> None:
    client = make_app(classifier, models="none").test_client()
    assert 'name="model"' not in client.get("/").text + client.get("/batch").text
