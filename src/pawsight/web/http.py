"""Requests as they come over the wire: what two servers may understand in two ways is refused.

RFC 9112; a proxy and a server that read a request differently can be made to answer one visitor with what is another's.
"""

from __future__ import annotations

import re
import time
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, ServerNotImplemented

_HOST = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.ASCII | re.IGNORECASE)
_CHUNK_LINE, _TRAILER = 1000, 8000


class Request(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """One request while it arrives.

    Attributes:
        began: when its first byte came, by `time.monotonic`.
        error: what is wrong with it; None while nothing is.
        completed: whether it is to be answered.
    """

    error: Any
    completed: bool

    def __init__(self, limits: Any) -> None:
        super().__init__(limits)
        self.began = time.monotonic()

    @property
    def moved(self) -> int:
        """Bytes that have come so far."""
        return int(self.header_bytes_received + self.body_bytes_received)

    def received(self, data: bytes) -> int:
        """Take in what has come; how much of it belongs to this request."""
        consumed: int = super().received(data)
        if isinstance(self.error, ServerNotImplemented):
            self.error = BadRequest(self.error.body)
        elif self.chunked and not self.completed and _endless(self.body_rcv):
            self.error, self.completed = BadRequest("A chunk's first line or the trailer is too long"), True
        return consumed

    def parse_header(self, header: bytes) -> None:
        """Understand the first line and the headers.

        Raises:
            ParsingError: they are not what HTTP asks for.
        """
        super().parse_header(header)
        if self.version not in ("1.0", "1.1"):
            raise ParsingError("Only HTTP/1.0 and HTTP/1.1 are spoken here")
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("The length of the body is told in two ways")
        if not _is_host(self.headers.get("HOST", "" if self.version == "1.1" else "none")):
            raise ParsingError("Host is missing, or no name of a host")


def _endless(body: Any) -> bool:
    return len(body.control_line) > _CHUNK_LINE or len(body.trailer) > _TRAILER


def _is_host(text: str) -> bool:
    """Whether it can be a host's name; Flask reads it as an international one, and breaks on parts that are none."""
    found = _HOST.fullmatch(text)
    try:
        return found is not None and bool(found[1].encode().decode("idna").encode("idna"))
    except UnicodeError:
        return False
