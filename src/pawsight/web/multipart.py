"""Multipart forms whose file names may be any bytes: a name means nothing here, and must not cost the photo.

Werkzeug gives up on a whole form, and silently loses all its files, where one name is not UTF-8, holds a line break or
lacks its closing quote. Its parser has no hook for the decoder, so the decoder is replaced in its module. So is the
parser: most forms that come are one small photo, which can be cut out of the body in one step.
"""

from __future__ import annotations

import io
import re
from typing import IO

from werkzeug import formparser
from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import MultipartDecoder

_DISPOSITION = "Content-Disposition"
_BARE_BREAK = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_HAS_FILENAME = re.compile(r";\s*filename", re.IGNORECASE)
_SMALL = 8_000_000  # bytes of a form: most photos of cameras; larger ones are read in pieces
# The head of a part as most programs write it; all others are for Werkzeug.
_PLAIN_HEAD = re.compile(
    rb'(?i:Content-Disposition): form-data; name="([A-Za-z0-9_.-]+)"; filename="([A-Za-z0-9_. ()-]+)"'
    rb"(?:\r\n(?i:Content-Type): ([A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+))?"
)


class TolerantDecoder(MultipartDecoder):
    """A decoder that takes any bytes in the headers of a part."""

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        if b"\r\n" in data or data.count(b"\n") + data.count(b"\r") == 1:
            data = _BARE_BREAK.sub(b" ", data)  # part of a name: lines end with both
        headers = super()._parse_headers(bytes(data).decode("utf-8", "replace").encode())
        disposition = headers.get(_DISPOSITION, "")
        options = parse_options_header(disposition)[1]
        is_photo = headers.get("Content-Type", "").lower().startswith("image/")  # RFC 7578 demands no name of files
        if "filename" not in options and (is_photo or _HAS_FILENAME.search(disposition)):
            headers.set(_DISPOSITION, "form-data", name=options.get("name", ""), filename="photo")
        return headers


Form = tuple[MultiDict[str, str], MultiDict[str, FileStorage]]


class PhotoFormParser(MultiPartParser):
    """A parser with a short way for a small form that is one file."""

    def parse(self, stream: IO[bytes], boundary: bytes, content_length: int | None) -> Form:
        """Return the fields and files of a form."""
        if content_length is None or content_length > _SMALL:
            return super().parse(stream, boundary, content_length)
        body = stream.read(content_length)
        photo = _only_file(body, b"--" + boundary)
        if photo is None:
            return super().parse(io.BytesIO(body), boundary, content_length)
        return self.cls(), self.cls([(str(photo.name), photo)])


def _only_file(body: bytes, mark: bytes) -> FileStorage | None:
    """Return the file of a form that has one part, written plainly; None for any other form.

    Args:
        body: the form.
        mark: what stands before and behind each part.
    """
    end = body.rfind(mark)
    if not body.startswith(mark + b"\r\n") or body[end - 2 : end] != b"\r\n" or body.count(mark) != 2:
        return None
    if body[end + len(mark) :] not in (b"--\r\n", b"--"):
        return None
    start = body.find(b"\r\n\r\n")
    found = _PLAIN_HEAD.fullmatch(body, len(mark) + 2, start) if start > 0 else None
    if found is None or start + 4 > end - 2:
        return None
    name, filename, kind = (part.decode("ascii") for part in found.groups(b""))
    headers = Headers([("Content-Type", kind)] if kind else [])
    return FileStorage(io.BytesIO(body[start + 4 : end - 2]), filename, name, headers=headers)


def install() -> None:
    """Have Werkzeug use them."""
    formparser.MultipartDecoder = TolerantDecoder  # type: ignore[attr-defined]
    formparser.MultiPartParser = PhotoFormParser  # type: ignore[misc]
