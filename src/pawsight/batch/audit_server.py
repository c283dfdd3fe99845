"""Show one page to the browser on this computer, and take the marks that a person sets on it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

LONGEST = 1_000_000  # bytes of marks


class _Server(HTTPServer):
    def __init__(self, page: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page, self.secret = page, f"/{secrets.token_urlsafe(16)}/"
        self.marks: frozenset[int] | None = None


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # seconds: a silent client does not hold up the only thread

    def do_GET(self) -> None:
        found = self.path == self.server.secret
        self._reply(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND, self.server.page if found else b"")

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if self.path != f"{self.server.secret}marks" or not size.isdecimal() or int(size) > LONGEST:
            self._reply(HTTPStatus.NOT_FOUND, b"")
            return
        words = self.rfile.read(int(size)).decode("ascii", "replace").split()
        valid = all(word.isdecimal() for word in words)
        self._reply(HTTPStatus.OK if valid else HTTPStatus.BAD_REQUEST, b"")
        if valid:
            self.server.marks = frozenset(map(int, words))

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing: the terminal shows the result."""

    def _reply(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def serve_page(page: Path, announce: Callable[[str], object]) -> frozenset[int]:
    """Serve a page until its marks arrive.

    Args:
        page: the file to show.
        announce: gets the address, which holds a secret, so that no other page or user of the computer can answer.

    Returns:
        The numbers of the marked photos.
    """
    with _Server(page.read_bytes()) as server:
        announce(f"http://127.0.0.1:{server.server_port}{server.secret}")
        while server.marks is None:
            server.handle_request()
        return server.marks
