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


def test_a_phone_shares_photos_to_the_installed_app(client: FlaskClient, picture: Any) -> None:
    manifest = client.get("/manifest.webmanifest").json
    assert manifest is not None
    target = manifest["share_target"]
    assert (target["method"], target["enctype"]) == ("POST", "multipart/form-data")
    (files,) = target["params"]["files"]
    shared = {files["name"]: [(io.BytesIO(picture()), "one.jpg"), (io.BytesIO(picture(seed=1)), "two.jpg")]}
    page = client.post(target["action"], data=shared, headers={"Sec-Fetch-Site": "none"})
    assert page.status_code == 200
    assert page.text.count('class="answer" data-says=') == 2


def test_the_manifest_speaks_the_visitors_language(client: FlaskClient) -> None:
    texts = {code: client.get(f"/manifest.webmanifest?lang={code}").json for code in ("en", "de")}
    assert {code: text["lang"] for code, text in texts.items() if text} == {"en": "en", "de": "de"}
    assert texts["en"]["description"] != texts["de"]["description"]  # type: ignore[index]


def test_all_that_the_worker_keeps_is_there(client: FlaskClient) -> None:
    response = client.get("/worker.js")
    assert response.mimetype == "text/javascript"
    found = re.search(r"const KEPT = (\[.*?\])", response.text, re.DOTALL)
    assert found is not None
    kept = json.loads(found[1])
    assert kept[0] == "/offline"
    assert len(kept) == 6
    page = client.get("/offline").text
    for address in kept:
        with client.get(address) as file:
            assert file.status_code == 200
    for address in kept[1:]:
        assert address in page  # what it needs, under the very addresses that it names
