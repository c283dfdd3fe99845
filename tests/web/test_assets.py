"""Static files: small, kept by browsers, and fetched again when they change."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pytest
from flask import Blueprint, Flask, g, url_for
from flask.testing import FlaskClient

FOR_EVER = "max-age=31536000, immutable"
GZIP = {"Accept-Encoding": "gzip"}


def addresses(page: str) -> list[str]:
    """Every file that a page names."""
    return re.findall(r'(?:href|src)="(/[^"]*(?:static|modules)[^"]*)"', page)


def test_every_file_of_a_page_may_be_kept_for_ever(client: FlaskClient) -> None:
    found = [address for page in ("/", "/model", "/docs") for address in addresses(client.get(page).text)]
    assert any("bootstrap.min.css" in address for address in found)
    for address in found:
        with client.get(address) as response:
            assert response.status_code == 200, address
            assert response.headers["Cache-Control"].endswith(FOR_EVER), address


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab"])
def test_a_file_without_its_version_is_asked_for_again(client: FlaskClient, query: str) -> None:
    with client.get(f"/static/mark.svg{query}") as response:
        assert "max-age" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("folder", ["/static/", "/modules/0123456789ab/"])
def test_a_name_that_no_file_can_have(client: FlaskClient, folder: str) -> None:
    assert client.get(folder + "a" * 300).status_code == 404


def test_a_changed_file_gets_another_address(app: Flask, tmp_path: Path) -> None:
    app.register_blueprint(Blueprint("other", __name__, static_folder=tmp_path, static_url_path="/other"))
    file, seen = tmp_path / "a.css", set()
    for number, content in enumerate(["a{}", "b{}", "a{}"]):
        file.write_text(content)
        os.utime(file, ns=(number, number))
        with app.test_request_context():
            seen.add(url_for("other.static", filename="a.css"))
    assert len(seen) == 2


def test_texts_are_packed_for_who_takes_it(client: FlaskClient) -> None:
    for address in ("/docs", "/model", "/api/openapi.json", "/static/pawsight.css"):
        with client.get(address, headers=GZIP) as packed, client.get(address) as plain:
            assert packed.headers["Content-Encoding"] == "gzip", address
            assert gzip.decompress(packed.data) == plain.data
            assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) * 0.6
            assert "Content-Encoding" not in plain.headers
            assert "Accept-Encoding" in packed.vary
            assert "Accept-Encoding" in plain.vary


@pytest.mark.parametrize("headers", [{"Accept-Encoding": "gzip;q=0, br"}, {"Accept-Encoding": "br"}])
def test_nobody_gets_what_they_cannot_unpack(client: FlaskClient, headers: dict[str, str]) -> None:
    assert "Content-Encoding" not in client.get("/", headers=headers).headers


def test_pictures_and_parts_are_sent_as_they_are(client: FlaskClient) -> None:
    for method, address, more in (
        ("GET", "/static/icons/512.png", {}),
        ("GET", "/static/pawsight.css", {"Range": "bytes=0-99"}),
    ):
        with client.open(address, method=method, headers=GZIP | more) as response:
            assert "Content-Encoding" not in response.headers, address


def test_a_packed_file_is_not_sent_twice(client: FlaskClient) -> None:
    with client.get("/static/pawsight.css", headers=GZIP) as first:
        known = {"If-None-Match": first.headers["ETag"]}
    with client.get("/static/pawsight.css", headers=GZIP | known) as again:
        assert again.status_code == 304


def test_pages_of_somebody_who_is_logged_in_are_not_packed(app: Flask) -> None:
    @app.get("/secret")
    def secret() -> str:
        g.admin = "somebody"
        return "x" * 5000

    assert "Content-Encoding" not in app.test_client().get("/secret", headers=GZIP).headers


@pytest.mark.parametrize("address", ["/static/../factory.py", "/static/%2e%2e/factory.py", "/static/nothing.css"])
def test_nothing_but_static_files(client: FlaskClient, address: str) -> None:
    assert client.get(address, headers=GZIP).status_code == 404


@pytest.mark.parametrize("page", ["/", "/batch", "/train", "/model", "/docs", "/photos"])
def test_a_first_visit_loads_at_most_90_kilobytes(client: FlaskClient, page: str) -> None:
    """The bodies of the page, its styles, scripts and pictures, as a browser takes them."""
    total = len(client.get(page, headers=GZIP).data)
    for address in set(addresses(client.get(page).text)):
        with client.get(address, headers=GZIP) as response:
            total += len(response.data)
    assert total <= 90_000
