"""Pawsight as an app."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from flask.testing import FlaskClient
from PIL import Image


def test_the_manifest_and_its_icons(client: FlaskClient) -> None:
    response = client.get("/manifest.webmanifest")
    assert response.mimetype == "application/manifest+json"
    manifest = response.json
    assert manifest is not None
    assert manifest["start_url"] == "/"
    assert {icon.get("purpose") for icon in manifest["icons"]} == {None, "any", "maskable"}
    for icon in manifest["icons"]:
        with client.get(icon["src"]) as file:
            assert file.mimetype == icon["type"]
            if icon["type"] == "image/png":
                image = Image.open(io.BytesIO(file.data))
                assert f"{image.width}x{image.height}" == icon["sizes"]
                assert (image.convert("RGBA").getpixel((0, 0))[3] == 255) == (icon["purpose"] == "maskable")
                assert len(file.data) < 10_000


def test_the_manifest_speaks_the_visitors_language(client: FlaskClient) -> None:
    texts = {code: client.get(f"/manifest.webmanifest?lang={code}").json for code in ("en", "de")}
    assert {code: text["lang"] for code, text in texts.items() if text} == {"en": "en", "de": "de"}
    assert texts["en"]["description"] != texts["de"]["description"]  # type: ignore[index]


def test_all_that_the_worker_keeps_is_there(client: FlaskClient) -> None:
    response = client.get("/worker.js")
    assert response.mimetype == "text/javascript"
    found = re.search(r"const KEPT = (\[.*?\]);", response.text, re.DOTALL)
    assert found is not None
    kept = json.loads(found[1])
    assert kept[0] == "/offline"
    assert len(kept) == 5
    page = client.get("/offline").text
    for address in kept:
        with client.get(address) as file:
            assert file.status_code == 200
    for address in kept[1:]:
        assert address in page  # what it needs, under the very addresses that it names


def test_a_page_stands_in_while_the_server_is_gone(browse: Any, start_server: Any) -> None:
    browser = browse()
    with start_server() as address:
        browser.get(address)
        ready = "return navigator.serviceWorker.ready.then(() => caches.keys()).then((names) => names.length)"
        assert browser.execute_script(ready) == 1
    browser.get(f"{address}/model")
    assert browser.title == "Not connected - Pawsight"
    button = "return getComputedStyle(document.querySelector('.btn-primary')).borderRadius"
    assert browser.execute_script(button) == "999px"  # with its style sheets
