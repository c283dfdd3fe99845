"""HTTP requests as they arrive: what two servers may understand in two ways is refused.

RFC 9112; a proxy and a server that read a request differently can be made to answer one visitor with what is another's.
"""

from __future__ import annotations

import logging
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, Error, ServerNotImplemented

from pawsight.web.security.hosts import is_host

_log = logging.getLogger(__name__)
_CHUNK_LINE, _TRAILER = 1000, 8000
_FIRST_BYTE = re.compile(rb"\s*(?:[!#$%&'*+.^_`|~0-9A-Za-z-]|$)")  # of a method (RFC 9110, 5.6.2), after empty lines


class _NoRoom(Error):  # type: ignore[misc]
    code, reason = 507, "Insufficient Storage"


class Request(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """One request while it arrives.

    Attributes:
        began: when its first byte came, by `time.monotonic`.
        error: what is wrong with it; None while nothing is.
        completed: whether it is to be answered.
        expect_continue: whether the client waits for `100 Continue` before it sends the body.
    """

    error: Any
    completed: bool
    expect_continue: bool

    def __init__(self, limits: Any) -> None:
        super().__init__(limits)
        self.began = time.monotonic()

    @property
    def moved(self) -> int:
        """Bytes that have arrived so far."""
        return int(self.header_bytes_received + self.body_bytes_received)

    def received(self, data: bytes) -> int:
        """Parse what has arrived; returns how many bytes of it belong to this request."""
        if not self.header_bytes_received and not _FIRST_BYTE.match(data):  # such as TLS, sent to the port of HTTP
            self.error, self.completed = BadRequest("This is not HTTP"), True
            return len(data)
        try:
            consumed: int = super().received(data)
        except OSError as error:  # a body of more than 512 kB waits in the temporary folder
            _log.error("A request cannot be stored while it arrives: %s", error.strerror)
            _find_temporary_folder()
            self.error, self.completed, consumed = _NoRoom("no room"), True, len(data)
        if self.error:
            self.expect_continue = False  # a client that waits for leave to send its body gets the error instead
        if isinstance(self.error, ServerNotImplemented):
            self.error = BadRequest(self.error.body)
        elif self.chunked and not self.completed and _endless(self.body_rcv):
            self.error, self.completed = BadRequest("A chunk's first line or the trailer is too long"), True
        return consumed

    def parse_header(self, header: bytes) -> None:
        """Parse the first line and the headers.

        Raises:
            ParsingError: they are malformed.
        """
        super().parse_header(_join_cookies(header))
        if self.version not in ("1.0", "1.1"):
            raise ParsingError("Only HTTP/1.0 and HTTP/1.1 are supported")
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("The length of the body is given in two ways")
        if self.chunked and len(_codings(header)) > 1:
            raise ParsingError("Transfer-Encoding names more than one coding")
        if self.proxy_scheme and not (self.proxy_netloc and self.proxy_scheme.lower() in ("http", "https")):
            raise ParsingError("This server is no proxy")
        if self.proxy_netloc:  # `GET http://host/path`: that host counts, and not the header's (RFC 9112, 3.2.2)
            self.headers["HOST"] = self.proxy_netloc
        if not is_host(self.headers.get("HOST", "" if self.version == "1.1" else "none")):
            raise ParsingError("Host is missing or malformed")


def _join_cookies(header: bytes) -> bytes:
    """HTTP/2 splits `Cookie` into several lines, which a proxy may pass on; they are one (RFC 9113, 8.2.3)."""
    lines = header.split(b"\r\n")
    cookies = [line for line in lines[1:] if line[:7].lower() == b"cookie:"]
    if len(cookies) < 2 or any(line[:1] in (b" ", b"\t") for line in lines):
        return header
    joined = b"Cookie: " + b"; ".join(line[7:].strip(b" \t;") for line in cookies)
    return b"\r\n".join([lines[0], joined, *(line for line in lines[1:] if line not in cookies)])


def _codings(header: bytes) -> list[bytes]:
    """Return what `Transfer-Encoding` names, in all its lines, folded ones as well."""
    lines = re.sub(rb"\r\n[ \t]+", b" ", header).split(b"\r\n")
    values = [line.partition(b":")[2] for line in lines if line[:18].lower() == b"transfer-encoding:"]
    return [coding for value in values for coding in value.split(b",") if coding.strip()]


def _find_temporary_folder() -> None:
    """Where the temporary folder is gone, choose another one for the requests to come, or the same once it is back."""
    if not Path(tempfile.gettempdir()).is_dir():
        tempfile.tempdir = None


def _endless(body: Any) -> bool:
    return len(body.control_line) > _CHUNK_LINE or len(body.trailer) > _TRAILER
