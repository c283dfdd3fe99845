"""Which host names a server answers to."""

from __future__ import annotations

from typing import Any

import pytest

from pawsight.errors import BadSettings
from pawsight.web.security.hosts import is_host

FOREIGN = ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1"]
LOCAL = [
    "localhost",
    "LOCALHOST:8000",
    "localhost.",
    "paws.localhost",
    "127.0.0.1:8000",
    "127.9.9.9",
    "[::1]:8000",
    "my_laptop",
]
PATHS = ["/", "/batch", "/nothing", "/static/mark.svg", "/admin/", "/worker.js", "/docs"]


def status(client: Any, host: str, path: str = "/livez", **environment: str) -> int:
    return int(client.get(path, headers={"Host": host}, environ_overrides=environment).status_code)


def test_a_server_for_this_machine_answers_to_local_names_only(make_app: Any) -> None:
    """Else a page of another site could have its name resolve to 127.0.0.1, and read what the server says."""
    client = make_app().test_client()
    assert [status(client, host) for host in LOCAL] == [200] * len(LOCAL)
    assert [status(client, host) for host in FOREIGN] == [400] * len(FOREIGN)


@pytest.mark.parametrize("settings", [{"host": "0.0.0.0"}, {"hosts": "*"}, {"trusted_proxies": "127.0.0.1"}])
def test_a_server_for_others_answers_to_any_name(make_app: Any, settings: dict[str, str]) -> None:
    client = make_app(**settings).test_client()
    assert [status(client, host) for host in LOCAL + FOREIGN] == [200] * len(LOCAL + FOREIGN)


def test_names_are_compared_as_host_names_are(make_app: Any) -> None:
    listed = "Paws.Example., .shelter.example, my_paws, [2001:DB8::1], only.example:8443, m\u00fcnchen.example"
    client = make_app(host="0.0.0.0", hosts=listed).test_client()
    good = ["paws.example", "PAWS.example", "paws.example.", "paws.example:1", "a.shelter.example", "shelter.example"]
    good += ["my_paws:80", "[2001:db8:0::1]:80", "only.example:8443", "xn--mnchen-3ya.example"]
    bad = [*FOREIGN, "xpaws.example", "a.paws.example", "xshelter.example", "only.example", "only.example:80"]
    remote = {"REMOTE_ADDR": "192.0.2.7"}
    assert [host for host in good if status(client, host, **remote) != 200] == []
    assert [host for host in [*bad, "localhost", ""] if status(client, host, **remote) != 400] == []
    assert status(client, "127.0.0.1:8000") == 200  # the container's own health check


def test_an_unlisted_host_gets_a_plain_page_everywhere(make_app: Any) -> None:
    client = make_app(host="0.0.0.0", hosts="paws.example").test_client()
    for path in PATHS:
        for method in ("GET", "POST", "HEAD", "OPTIONS"):
            response = client.open(path, method=method, headers={"Host": "evil.example"})
            assert (response.status_code, response.mimetype) == (400, "text/html"), (method, path)
            assert "Set-Cookie" not in response.headers
    page = client.get("/", headers={"Host": "evil.example"}).text
    assert "Unknown host name" in page
    assert "<script" not in page
    for path in ("/api/v1/models", "/livez"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert (answer.status_code, answer.json["code"]) == (400, "unknown_host")


@pytest.mark.parametrize("text", ["http://paws.example", "paws example", "paws.example/x"])
def test_what_is_no_name_is_said_at_the_start(make_app: Any, text: str) -> None:
    with pytest.raises(BadSettings, match="hosts"):
        make_app(hosts=text)


def test_what_can_be_a_host() -> None:
    assert all(map(is_host, ["a", "my_host", "a.b-c.", "1.2.3.4:80", "[::1]", "[::1]:80"]))
    assert not any(map(is_host, ["", "a b", "a/b", "a:b", "a:123456", "[::1", "user@host", "xn--a\x80"]))


def test_forms_work_under_a_name_with_an_underscore(make_app: Any) -> None:
    client = make_app(host="0.0.0.0").test_client()
    headers = {"Host": "my_paws:8000", "Origin": "http://my_paws:8000"}
    assert client.post("/photos/forget", headers=headers).status_code in (303, 404)
    assert client.post("/photos/forget", headers=headers | {"Origin": "http://other"}).status_code == 403
    assert client.get("/admin?a=b", headers=headers).headers["Location"] == "/admin/?a=b"
    assert "http://my_paws:8000/api/v1/predictions" in client.get("/docs", headers=headers).text
