"""Pages in the visitor's language, and catalogues that lack nothing."""

from __future__ import annotations

import html
import importlib.util
import io
import json
import re
from gettext import GNUTranslations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.languages import SOURCE
from pawsight.web.ui import i18n
from pawsight.web.ui.phrases import megabytes, percent, question

TOOL = Path(__file__).parents[3] / "tools" / "translate.py"
PACKAGE = Path(__file__).parents[3] / "src" / "pawsight"
FOREIGN = [code for code in i18n.LANGUAGES if code != SOURCE]
CATALOGUES = [
    Path(part, "translations", code, "LC_MESSAGES", "pawsight.po")
    for part in ("web", "batch", "diagnoses")
    for code in FOREIGN
]
WAYS: list[tuple[dict[str, Any], str]] = [
    ({}, "en"),
    ({"headers": {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}}, "de"),
    ({"headers": {"Accept-Language": "fr,en;q=0.5"}}, "en"),
    ({"headers": {"Accept-Language": "fr"}}, "en"),
    ({"cookie": "de", "headers": {"Accept-Language": "en"}}, "de"),
    ({"cookie": "xx", "headers": {"Accept-Language": "de"}}, "de"),
    ({"cookie": "de", "query_string": {"lang": "en"}}, "en"),
    ({"query_string": {"lang": "../de"}}, "en"),
]


@pytest.fixture(scope="module")
def translate() -> ModuleType:
    pytest.importorskip("babel", reason="needs the package babel")
    spec = importlib.util.spec_from_file_location("translate", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("asked", "code"), WAYS)
def test_whose_language(client: FlaskClient, asked: dict[str, Any], code: str) -> None:
    if "cookie" in asked:
        client.set_cookie("lang", asked["cookie"])
    response = client.get("/", **{name: value for name, value in asked.items() if name != "cookie"})
    assert f'<html lang="{code}">' in response.text
    assert response.headers["Content-Language"] == code
    assert ("Katze oder Hund?" in response.text) == (code == "de")
    assert {"Accept-Language", "Cookie"} <= set(response.vary)


def test_a_choice_is_remembered(client: FlaskClient) -> None:
    client.get("/")
    assert client.get_cookie("lang") is None
    client.get("/model?lang=de")
    assert "Katze oder Hund?" in client.get("/").text
    client.get("/?lang=en")
    assert "Cat or dog?" in client.get("/").text


def test_the_switch_stays_on_the_page(client: FlaskClient) -> None:
    page = html.unescape(client.get("/model?lang=de&x=1&x=2").text)
    assert 'href="?lang=en&x=1&x=2" lang="en"' in page


def test_german_answers(client: FlaskClient, send: Any, shared: Path) -> None:
    client.set_cookie("lang", "de")
    cat = (shared / "hostile" / "image-rs__images__jpg__progressive__cat.jpg").read_bytes()
    page = send(cat, b"x", to="/predict", name="a.jpg").text
    assert "<h2>Katze, ziemlich sicher</h2>" in page
    assert "<h2>Dieses Format wird nicht unterstützt</h2>" in page
    assert "Unterstützt werden JPEG, PNG, WebP, GIF, AVIF, BMP und HEIC." in page
    assert re.search(r">\s*Hund\s*<", page)
    assert re.search(r"\d,\d\N{NO-BREAK SPACE}%", page)


def test_the_api_speaks_english_to_everybody(client: FlaskClient, send: Any) -> None:
    client.set_cookie("lang", "de")
    assert send(b"").json["title"] == "This file is empty"


def test_numbers(app: Flask) -> None:
    texts = {}
    for code in ("en", "de"):
        with app.test_request_context(f"/?lang={code}"):
            numbers = (i18n.number(1234567.891, 2), percent(0.0001), megabytes(2_540_000), megabytes(10_000_000))
            texts[code] = [text.replace("\N{NO-BREAK SPACE}", " ") for text in numbers]
    assert texts["en"] == ["1,234,567.89", "< 0.1 %", "2.5 MB", "10 MB"]
    assert texts["de"] == ["1.234.567,89", "< 0,1 %", "2,5 MB", "10 MB"]


def test_classes_that_are_called_like_a_text_of_ours_stay_as_they_are(app: Flask) -> None:
    with app.test_request_context("/?lang=de"):
        assert question(["Model", "dog"]) == "Model oder Hund?"


def test_scripts_get_their_words(client: FlaskClient) -> None:
    texts = i18n.script_texts()
    assert "Photo deleted." in texts
    for code in i18n.LANGUAGES:
        found = re.search(r'data-words="(.*?)"', client.get(f"/?lang={code}").text)
        assert found is not None
        words = json.loads(html.unescape(found[1]))
        assert set(words) == (set() if code == "en" else set(texts))
        assert all(words.values())


@pytest.mark.parametrize("path", CATALOGUES, ids=str)
def test_the_catalogue_has_every_text_and_no_other(translate: ModuleType, path: Path) -> None:
    catalogue = translate.read(PACKAGE / path)
    texts = {(one.context, one.id) for one in translate.texts(PACKAGE / path) if one.id}
    there = {(one.context, one.id) for one in catalogue if one.id}
    assert there == texts, "run `python tools/translate.py`, and fill in what it says is to do"
    assert not catalogue.obsolete
    assert len(texts) > 20


@pytest.mark.parametrize("path", CATALOGUES, ids=str)
def test_the_catalogue_is_translated_with_the_same_holes(translate: ModuleType, path: Path) -> None:
    catalogue = translate.read(PACKAGE / path)
    for message in [one for one in catalogue if one.id]:
        ids, strings = ([one] if isinstance(one, str) else list(one) for one in (message.id, message.string))
        assert all(strings), f"not translated: {message.id!r}"
        assert not message.fuzzy, f"fuzzy: {message.id!r}"
        assert [holes(one) for one in ids] == [holes(one) for one in strings], message.id


@pytest.mark.parametrize("path", CATALOGUES, ids=str)
def test_the_catalogue_is_compiled(translate: ModuleType, path: Path) -> None:
    path = PACKAGE / path
    there, now = (
        GNUTranslations(io.BytesIO(data))._catalog  # type: ignore[attr-defined]
        for data in (path.with_suffix(".mo").read_bytes(), translate.compiled(translate.read(path)))
    )
    assert there | {"": None} == now | {"": None}, "run `python tools/translate.py`"


def test_every_folder_of_translations_is_a_language(translate: ModuleType) -> None:
    assert [PACKAGE / path for path in CATALOGUES] == translate.CATALOGUES
    for folder in (i18n.TRANSLATIONS, PACKAGE / "batch" / "translations", PACKAGE / "diagnoses" / "translations"):
        assert {path.name for path in folder.iterdir()} == set(FOREIGN)


def holes(text: str) -> list[str]:
    """What a text has filled in, and its markup."""
    return sorted(re.findall(r"%\(\w+\)s|\{\w+\}|</?\w+[^>]*>", text))


@pytest.mark.parametrize("address", ["/", "/batch", "/photos", "/train", "/model", "/docs", "/offline"])
def test_no_english_is_left_over(client: FlaskClient, address: str) -> None:
    """Each sentence of the English page is gone from the German one, but for what says that it is English."""
    english, german = (visible(client.get(address, query_string={"lang": code}).text) for code in ("en", "de"))
    same = {text for text in english & german if re.search(r"\w{3,} \w{2,} \w{2,}", text)}
    assert not {text for text in same if "SHA-256" not in text}


def visible(page: str) -> set[str]:
    """Texts between tags, without code and what is marked as English."""
    page = page[page.index("<body") :]
    page = re.sub(r'<(article|details|dd)[^>]*lang="en".*?</\1>|<(pre|code)\b.*?</\2>', "", page, flags=re.DOTALL)
    return {" ".join(html.unescape(text).split()) for text in re.findall(r">([^<>]+)<", page)}
