"""Whose word counts about who asks."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request

from pawsight.errors import BadSettings
from pawsight.web.proxies import networks

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
    ],
)
def test_only_trusted_proxies_name_the_client(make_app: Any, peer: str, forwarded: str, client: str) -> None:
    assert seen(make_app(trusted_proxies=TRUSTED), peer, forwarded)["address"] == client


def seen(app: Flask, peer: str, forwarded: str, **headers: str) -> dict[str, Any]:
    app.add_url_rule("/who", view_func=lambda: {"address": request.remote_addr, "scheme": request.scheme}, endpoint="w")
    all_headers = {"X-Forwarded-For": forwarded, "X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6", **headers}
    answer: dict[str, Any] = (
        app.test_client().get("/who", headers=all_headers, environ_overrides={"REMOTE_ADDR": peer}).json
    )
    return answer


def test_https_is_believed_of_them_too(make_app: Any) -> None:
    https = {"X-Forwarded-Proto": "https"}
    assert seen(make_app(trusted_proxies=TRUSTED), "10.0.0.1", "192.0.2.1", **https)["scheme"] == "https"
    assert seen(make_app(trusted_proxies=TRUSTED), "192.0.2.1", "", **https)["scheme"] == "http"
    assert seen(make_app(), "10.0.0.1", "", **https) == {"address": "10.0.0.1", "scheme": "http"}


def test_what_is_no_network_is_said_at_the_start(make_app: Any) -> None:
    assert networks("") == []
    with pytest.raises(BadSettings, match="trusted_proxies"):
        make_app(trusted_proxies="127.0.0.1, my-proxy")


def test_other_hosts_can_be_turned_away(make_app: Any) -> None:
    client = make_app(hosts="paws.example, localhost").test_client()
    assert client.get("/livez", headers={"Host": "paws.example"}).status_code == 200
    refused = client.get("/livez", headers={"Host": "evil.example"})
    assert (refused.status_code, refused.json["code"]) == (400, "bad_request")
