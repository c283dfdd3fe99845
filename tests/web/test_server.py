"""The server around the app: addresses, and what it refuses by itself."""

from __future__ import annotations

import json
import socket
import urllib.request
from urllib.parse import urlsplit

import pytest

from pawsight.errors import BadSettings, PortInUse
from pawsight.web.headers import HEADERS
from pawsight.web.server import listen, url


def test_an_address_in_use() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortInUse, match=f"port {port}.*--port"):
            listen("127.0.0.1", port)
    listen("127.0.0.1", port).close()


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(BadSettings, match="--host"):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize("host", ["..", "a..b", "a" * 64])
def test_what_is_no_name_of_a_host(host: str) -> None:
    with pytest.raises(BadSettings, match="--host"):
        listen(host, 0)


def test_the_url() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert url(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def raw(server: str, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes, read until the server closes; status, headers and body."""
    address = urlsplit(server)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as file:
            head, _, body = file.read().partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body


REFUSED = {
    "a body over the limit": (
        b"POST /api/v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n",
        413,
        "payload_too_large",
    ),
    "no HTTP": (b"GET\r\n\r\n", 400, "bad_request"),
    "a length that is no number": (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, "bad_request"),
    "a name with a space": (b"GET / HTTP/1.1\r\nA b: c\r\n\r\n", 400, "bad_request"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_server_refuses_is_a_problem_too(server: str, case: str) -> None:
    request, status, code = REFUSED[case]
    got, headers, body = raw(server, request)
    assert got == status
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["code"] == code
    assert headers.items() >= HEADERS.items()


def test_it_answers_and_names_no_versions(server: str) -> None:
    with urllib.request.urlopen(f"{server}/readyz") as response:
        assert response.status == 200
        assert response.headers["Server"] == "Pawsight"
