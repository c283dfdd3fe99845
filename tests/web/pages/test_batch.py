"""The page for many photos without a script; with it: test_many_browser.py."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.web.api import problems


@pytest.fixture
def app(make_app: Any, classifier: Any) -> Flask:
    """The tiny model is enough here."""
    return make_app(classifier)


def rows(page: str) -> list[list[str]]:
    """The text of each cell of the table of answers."""
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("<tr")[1:]]
    return [[" ".join(html.unescape(re.sub("<.*?>", "", cell)).split()) for cell in row] for row in cells]


def test_a_row_for_each_photo_in_their_order(send: Any, picture: Any, colours: Any) -> None:
    sent = [picture(colour=colours[name]) for name in ("cat", "unsure", "neither")]
    response = send(sent[0], b"dear diary", *sent[1:], to="/batch", name="IMG_1.jpg")
    assert response.status_code == 200
    cat, diary, unsure, neither = rows(response.text)
    assert cat[:2] == ["IMG_1.jpg", "cat"]
    assert cat[2].endswith("%")
    assert diary[1].startswith("This format is not supported")
    assert "The file is text" in diary[1]
    assert [unsure[1], neither[1]] == ["not sure", "neither"]


def test_each_row_leads_to_its_card(send: Any, client: FlaskClient, picture: Any) -> None:
    page = send(picture(), to="/batch").text
    address = re.search(r'href="(/predictions/\w+)"', page)
    assert address
    assert 'class="correct"' in client.get(address[1]).text


def test_only_bad_photos_and_none(send: Any, client: FlaskClient) -> None:
    assert send(b"hello", b"", to="/batch").status_code == 415
    nothing = client.post("/batch", data={}, content_type="multipart/form-data")
    assert nothing.status_code == 400
    assert "No photo received" in nothing.text


@pytest.mark.parametrize("code", ["en", "de"])
def test_the_script_knows_every_problem_in_the_visitors_words(client: FlaskClient, code: str) -> None:
    found = re.search(r'data-page="(.*?)"', client.get(f"/batch?lang={code}").text)
    assert found
    page = json.loads(html.unescape(found[1]))
    assert set(page["problems"]) >= set(problems.KNOWN)
    assert page["classes"] == ["cat", "dog"]
    assert list(page["labels"]) == ["cat", "dog", "both", "neither"]
    assert page["names"]["unsure"] == {"en": "not sure", "de": "unsicher"}[code]
