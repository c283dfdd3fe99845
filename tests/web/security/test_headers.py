"""Security headers on every answer, and pages that keep to them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.web.security import headers

WEB = Path(headers.__file__).parents[1]
PAGES = ("/", "/batch", "/train", "/photos", "/model", "/docs", "/offline", "/nothing", "/?lang=de")


def addresses(app: Flask) -> list[str]:
    return sorted({re.sub("<.*?>", "x", rule.rule) for rule in app.url_map.iter_rules()})


def test_every_route_method_and_status(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/fail", "fail", lambda: 1 / 0)  # type: ignore[arg-type]
    statuses = set()
    for address in [*addresses(app), "/nothing", "/static/mark.svg", "/fail"]:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            with client.open(address, method=method) as response:
                statuses.add(response.status_code)
                missing = headers.HEADERS.items() - dict(response.headers).items()
                assert not missing, f"{method} {address} ({response.status_code}) lacks {missing}"
                assert "Cache-Control" in response.headers
    assert statuses >= {200, 303, 400, 404, 405, 500}


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({}, False),
        ({"HTTP_X_FORWARDED_PROTO": "http"}, False),
        ({"HTTP_X_FORWARDED_PROTO": "https"}, False),  # from nobody who is trusted
        ({"wsgi.url_scheme": "https"}, True),
    ],
)
def test_only_over_https_browsers_are_bound_to_it(client: FlaskClient, environment: dict[str, str], sent: bool) -> None:
    for address in ("/", "/nothing", "/api/v1/models"):
        policy = client.get(address, environ_overrides=environment).headers.get("Strict-Transport-Security", "")
        assert policy == ("max-age=31536000" if sent else "")


def test_names_below_are_bound_if_the_operator_says_so(make_app: Any) -> None:
    client = make_app(hsts_subdomains=True).test_client()
    policy = client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]
    assert policy == "max-age=31536000; includeSubDomains"


def test_no_other_site_may_read(client: FlaskClient) -> None:
    for address in ("/", "/api/v1/models", "/nothing"):
        response = client.get(address, headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in response.headers


def test_the_policy_is_strict() -> None:
    policy = headers.HEADERS["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert policy.count("unsafe") == policy.count("'wasm-unsafe-eval'")  # WebAssembly classifies on the device
    assert "default-src 'none'" in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


def test_pages_have_nothing_inline_and_ask_no_other_host(send: Any, client: FlaskClient, picture: Any) -> None:
    pages = [client.get(address) for address in PAGES]
    answered = [send(picture(), b"x", to=address) for address in ("/predict", "/batch")]
    for page in (response.text for response in [*pages, *answered, client.get("/photos")]):
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=|javascript:", page)
        assert not re.findall(r'(?:href|src|action)="(?:https?:)?//[^"]*', page)


TEXTS = [
    path
    for folder in ("static", "templates")
    for path in (WEB / folder).rglob("*.*")
    if path.suffix not in (".png", ".jpg", ".webp") and "vendor" not in path.parts  # packages from npm
]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_our_files_name_no_other_host(path: Path) -> None:
    found = re.findall(r"https?://[\w.]+", path.read_text(encoding="utf-8"))
    assert set(found) <= {"http://www.w3.org"}  # the name of SVG, never fetched
