"""The server around the app: addresses, and what it refuses by itself."""

from __future__ import annotations

import errno
import json
import socket
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from waitress.adjustments import Adjustments

from pawsight.errors import BadSettings, PortInUse
from pawsight.settings import Settings
from pawsight.web.api.problems import of_status
from pawsight.web.security.headers import HEADERS
from pawsight.web.server.parser import Request
from pawsight.web.server.run import _fitting, listen, url


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


def test_all_addresses_are_those_of_both_families() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("needs a system with IPv6 that can listen to both families")
    with listen("::", 0) as listener:
        port = listener.getsockname()[1]
        assert url(listener) == f"http://[::]:{port}"
        socket.create_connection(("::1", port), timeout=10).close()
        socket.create_connection(("127.0.0.1", port), timeout=10).close()


def test_a_body_is_asked_for_only_after_its_length_was_judged(server: str) -> None:
    head = b"POST /api/v1/predictions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
    status, _, _ = raw(server, head + b"Content-Length: 999999999999\r\n\r\n")
    assert status == 413
    address = urlsplit(server)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head + b"Content-Type: image/jpeg\r\nConnection: close\r\nContent-Length: 4\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        connection.sendall(b"text")
        assert connection.recv(1000).startswith(b"HTTP/1.1 415")


def test_a_body_that_finds_no_room_while_it_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("waitress.buffers.TempfileBasedBuffer.__init__", full)
    request = Request(Adjustments())
    request.received(b"POST /api/v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n")
    while not request.completed:
        request.received(b"x" * 100_000)
    assert (request.error.code, of_status(request.error.code).code) == (507, "storage_full")


def test_a_temporary_folder_that_is_removed_costs_one_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a program that tidies up; the next request gets another folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    codes = []
    for _ in range(2):
        request = Request(Adjustments())
        request.received(b"POST /api/v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n")
        while not request.completed:
            request.received(b"x" * 100_000)
        codes.append(request.error and request.error.code)
        request.close()
    assert codes == [507, None]


def test_no_more_connections_than_the_system_has_files_for() -> None:
    resource = pytest.importorskip("resource", reason="needs a system with such limits")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        pytest.skip("needs a system that limits open files")
    wanted = Settings(max_connections=hard)
    try:
        assert _fitting(wanted).max_connections == (hard - 200) // 3
        assert _fitting(Settings(max_connections=10)).max_connections == 10
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_several_lines_of_cookies_are_one(server: str) -> None:
    get = b"GET /?%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    _, first, _ = raw(server, get % b"" + b"\r\n")
    good = first["Set-Cookie"].partition(";")[0]
    lines = b"Cookie: a=1\r\ncookie: " + good.encode() + b"\r\nCookie: b=2; c=3\r\n\r\n"
    _, second, _ = raw(server, get % b"" + lines)
    assert second["Set-Cookie"].partition(";")[0] == good


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
