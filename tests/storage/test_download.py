"""Downloads: limited, over safe redirects, and errors in one line."""

from __future__ import annotations

import io
import socket
import threading
import urllib.request
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pawsight.errors import DownloadFailed
from pawsight.storage.download import _SafeRedirects, is_web_address, read_url

ROUTES = {
    "/photo.jpg": (200, b"x" * 1000, {}),
    "/gr%C3%BCn%20.jpg?k=%C3%A4": (200, b"green", {}),
    "/moved": (302, b"", {"Location": "/photo.jpg"}),
    "/loop": (302, b"", {"Location": "/loop"}),
    "/file": (302, b"", {"Location": "file:///etc/passwd"}),
    "/ftp": (302, b"", {"Location": "ftp://example.com/x"}),
    "/short": (200, b"x" * 10, {"Content-Length": "1000"}),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/garbage":
            self.wfile.write(b"no HTTP\r\n\r\n")
            return
        status, body, headers = ROUTES.get(self.path, (404, b"", {}))
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_file_and_a_redirect(server: str) -> None:
    assert read_url(f"{server}/photo.jpg", 5000) == read_url(f"{server}/moved", 5000) == b"x" * 1000


def test_an_address_with_letters_beyond_ascii(server: str) -> None:
    assert read_url(f"{server}/gr\u00fcn%20.jpg?k=\u00e4#there", 5000) == b"green"
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        read_url("http://k\u00e4se.invalid/x.jpg", 5000)


@pytest.mark.parametrize(
    ("start", "place", "words"),
    [
        ("me:secret@", "/photo.jpg", "user name"),
        ("", "/" + "a" * 70_000, r"^.{200,400}$"),
        ("", "/garbage", r"\(no HTTP\)"),
    ],
)
def test_a_refusal_is_one_short_line(server: str, start: str, place: str, words: str) -> None:
    with pytest.raises(DownloadFailed, match=words):
        read_url(server.replace("//", f"//{start}") + place, 5000)


def test_one_byte_more_than_allowed_is_read_and_no_more(server: str) -> None:
    assert len(read_url(f"{server}/photo.jpg", 100)) == 101


@pytest.mark.parametrize("place", ["/missing", "/loop", "/file", "/ftp", "/short"])
def test_what_fails_is_one_line(server: str, place: str) -> None:
    with pytest.raises(DownloadFailed) as caught:
        read_url(server + place, 5000)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://[bad/x"])
def test_what_cannot_be_reached(url: str) -> None:
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        read_url(url, 10)


def test_a_name_that_no_server_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> None:  # some networks answer for names that do not exist
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(DownloadFailed, match=r"cannot be reached \(Name or service not known\)"):
        read_url("http://nowhere.invalid/x", 10)


def test_a_redirect_that_is_not_followed_closes_its_connection() -> None:
    answer = io.BytesIO()
    with pytest.raises(ValueError, match="not followed"):
        _SafeRedirects().redirect_request(
            urllib.request.Request("http://example.com"), answer, 302, "Found", Message(), "ftp://example.com/x"
        )
    assert answer.closed


def test_addresses() -> None:
    assert is_web_address("HTTPS://example.com/x.zip")
    assert not is_web_address("s3://bucket/x")
    assert not is_web_address("https.jpg")
