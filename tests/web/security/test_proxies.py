"""Whose word counts about who asks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask, request, url_for

from pawsight.errors import BadSettings
from pawsight.web.security.proxies import networks

TRUSTED = "10.0.0.0/8, 2001:db8::1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("192.0.2.7", "127.0.0.1, 10.0.0.1", "192.0.2.7"),
        ("10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8::1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "6.6.6.6, 198.51.100.1, 10.2.2.2", "198.51.100.1"),
        ("10.1.1.1", "6.6.6.6, nonsense, 10.2.2.2", "10.2.2.2"),
        ("10.1.1.1", "nonsense", "10.1.1.1"),
        ("10.1.1.1", "10.3.3.3", "10.3.3.3"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("10.1.1.1", "198.51.100.1:50123", "198.51.100.1"),
        ("10.1.1.1", "[2001:db8:1::1]:443", "2001:db8:1::1"),
        ("10.1.1.1", "[2001:db8:1::1]", "2001:db8:1::1"),
        ("10.1.1.1", '"[2001:db8:1::1]:443"', "2001:db8:1::1"),
        ("10.1.1.1", "2001:db8:1::1", "2001:db8:1::1"),
        ("10.1.1.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "fe80::1%eth0", "fe80::1"),
        ("10.1.1.1", "198.51.100.1, , ", "198.51.100.1"),
        ("10.1.1.1", ",198.51.100.1,,10.2.2.2:80,", "198.51.100.1"),
        ("10.1.1.1", "unknown", "10.1.1.1"),
        ("10.1.1.1", "unknown, 198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "6.6.6.6, unknown, 10.2.2.2", "10.2.2.2"),
        ("10.1.1.1", "_hidden7", "_hidden7"),
        ("::ffff:10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:192.0.2.7", "198.51.100.1", "192.0.2.7"),
    ],
)
def test_only_trusted_proxies_name_the_client(make_app: Any, peer: str, forwarded: str, client: str) -> None:
    assert seen(make_app(trusted_proxies=TRUSTED), peer, forwarded)["address"] == client


@pytest.mark.parametrize(
    ("forwarded", "client", "scheme", "host"),
    [
        ("for=198.51.100.1", "198.51.100.1", "http", "localhost"),
        (
            'For="[2001:db8:1::1]:4711";Proto=HTTPS;host="paws.example:8443"',
            "2001:db8:1::1",
            "https",
            "paws.example:8443",
        ),
        ("for=6.6.6.6;proto=http;host=evil, for=198.51.100.1;proto=https", "198.51.100.1", "https", "localhost"),
        ("for=198.51.100.1;proto=https, for=10.2.2.2;proto=http", "198.51.100.1", "https", "localhost"),
        ("for=unknown;proto=https", "10.1.1.1", "https", "localhost"),
        ("for=_SEVKISEK", "_SEVKISEK", "http", "localhost"),
        ('for="_gazonk"; proto=https ; by=203.0.113.43', "_gazonk", "https", "localhost"),
        ("for=198.51.100.1;;proto", "10.1.1.1", "http", "localhost"),
        ('for="unclosed', "10.1.1.1", "http", "localhost"),
        ("", "10.1.1.1", "http", "localhost"),
    ],
)
def test_forwarded_by_its_rfc(make_app: Any, forwarded: str, client: str, scheme: str, host: str) -> None:
    app = make_app(trusted_proxies=TRUSTED)
    found = seen(app, "10.1.1.1", "", Forwarded=forwarded)
    assert found == {"address": client, "scheme": scheme, "host": host, "page": "/"}
    assert seen(app, "192.0.2.7", "", Forwarded=forwarded)["address"] == "192.0.2.7"
    both = seen(app, "10.1.1.1", "198.51.100.9", Forwarded=forwarded)
    assert both == {"address": "198.51.100.9", "scheme": "http", "host": "localhost", "page": "/"}


@pytest.mark.parametrize(
    ("headers", "scheme", "host", "page"),
    [
        ({"X-Forwarded-Proto": "HTTPS"}, "https", "localhost", "/"),
        ({"X-Forwarded-Proto": "https, https"}, "https", "localhost", "/"),
        ({"X-Forwarded-Proto": "http,https"}, "https", "localhost", "/"),  # the last one is the trusted proxy's
        ({"X-Forwarded-Proto": "gopher"}, "http", "localhost", "/"),
        ({"X-Forwarded-Host": "paws.example"}, "http", "paws.example", "/"),
        ({"X-Forwarded-Host": "evil.example, paws.example"}, "http", "paws.example", "/"),
        ({"X-Forwarded-Host": "pa ws<>"}, "http", "localhost", "/"),
        ({"X-Forwarded-Host": "my_paws:8080"}, "http", "my_paws:8080", "/"),
        ({"X-Forwarded-Port": "8443", "X-Forwarded-Proto": "https"}, "https", "localhost:8443", "/"),
        ({"X-Forwarded-Port": "443", "X-Forwarded-Proto": "https"}, "https", "localhost", "/"),
        ({"X-Forwarded-Port": "99999"}, "http", "localhost", "/"),
        ({"X-Forwarded-Host": "paws.example:8443", "X-Forwarded-Port": "80"}, "http", "paws.example:8443", "/"),
        ({"X-Forwarded-Prefix": "/pawsight/"}, "http", "localhost", "/pawsight/"),
        ({"X-Forwarded-Prefix": "//evil.example"}, "http", "localhost", "/"),
        ({"X-Forwarded-Prefix": "/a/b"}, "http", "localhost", "/a/b/"),
    ],
)
def test_scheme_host_and_path(make_app: Any, headers: dict[str, str], scheme: str, host: str, page: str) -> None:
    app = make_app(trusted_proxies=TRUSTED)
    trusted = seen(app, "10.1.1.1", "198.51.100.1", **headers)
    assert trusted == {"address": "198.51.100.1", "scheme": scheme, "host": host, "page": page}
    untrusted = seen(app, "192.0.2.7", "198.51.100.1", **headers)
    assert untrusted == {"address": "192.0.2.7", "scheme": "http", "host": "localhost", "page": "/"}


def test_each_proxy_of_a_chain_speaks_for_one_hop(make_app: Any) -> None:
    found = seen(
        make_app(trusted_proxies=TRUSTED), "10.1.1.1", "198.51.100.1, 10.2.2.2", **{"X-Forwarded-Proto": "https, http"}
    )
    assert (found["address"], found["scheme"]) == ("198.51.100.1", "https")


def seen(app: Flask, peer: str, forwarded: str, **headers: str) -> dict[str, Any]:
    def who() -> dict[str, str]:
        found = {"address": request.remote_addr or "", "scheme": request.scheme, "page": url_for("pages.index")}
        return found | {"host": request.environ["HTTP_HOST"]}

    if "w" not in app.view_functions:
        app.add_url_rule("/who", view_func=who, endpoint="w")
    sent = {"X-Forwarded-For": forwarded, "X-Real-IP": "6.6.6.6", **headers}
    response = app.test_client().get("/who", headers=sent, environ_overrides={"REMOTE_ADDR": peer})
    answer: dict[str, Any] = response.get_json()
    return answer


def test_https_is_believed_of_them_too(make_app: Any) -> None:
    https = {"X-Forwarded-Proto": "https"}
    assert seen(make_app(trusted_proxies=TRUSTED), "10.0.0.1", "192.0.2.1", **https)["scheme"] == "https"
    assert seen(make_app(trusted_proxies=TRUSTED), "192.0.2.1", "", **https)["scheme"] == "http"
    assert seen(make_app(), "10.0.0.1", "", **https)["scheme"] == "http"


def test_what_is_no_network_is_said_at_the_start(make_app: Any) -> None:
    assert networks("") == []
    with pytest.raises(BadSettings, match="trusted_proxies"):
        make_app(trusted_proxies="127.0.0.1, my-proxy")


@pytest.mark.parametrize("text", ["pawsight", "/paw sight", "http://x", "/a//b", "/..", "/a/./b", "/a/.."])
def test_what_is_no_path_is_said_at_the_start(make_app: Any, text: str) -> None:
    with pytest.raises(BadSettings, match="url_prefix"):
        make_app(url_prefix=text)


@pytest.mark.parametrize("requested", ["/pawsight", ""])
def test_under_a_path_by_setting(make_app: Any, requested: str) -> None:
    """Whether the proxy removes the path from requests or not."""
    client = make_app(url_prefix="/pawsight/").test_client()
    page = client.get(f"{requested}/")
    assert page.status_code == 200
    found = re.findall(r'(?:href|src|action|data-[\w-]+)="(/[^"]*)"', page.text)
    assert found
    assert [address for address in found if not address.startswith("/pawsight/")] == []
    assert "Path=/pawsight/" in page.headers["Set-Cookie"]
    assert page.headers["Content-Security-Policy"].endswith("report-uri /pawsight/csp-reports")
    manifest = client.get(f"{requested}/manifest.webmanifest").json
    assert (manifest["id"], manifest["scope"], manifest["start_url"]) == ("/pawsight/",) * 3
    assert '"/pawsight/offline"' in client.get(f"{requested}/worker.js").text
    assert client.get(f"{requested}/predict").headers["Location"] == "/pawsight/"
    assert client.get(f"{requested}/api/openapi.json").json["servers"] == [{"url": "/pawsight"}]
    secure = client.get(f"{requested}/", base_url="https://localhost").headers["Set-Cookie"]
    assert secure.startswith("__Host-visitor-pawsight=")
    assert "Path=/;" in f"{secure};"
