"""Multipart forms whose file names may be any bytes: a name means nothing here, and must not cost the photo.

Werkzeug gives up on a whole form, and silently loses all its files, where one name is not UTF-8, holds a line break or
lacks its closing quote. Its parser has no hook for the decoder, so the decoder is replaced in its module.
"""

from __future__ import annotations

import re

from werkzeug import formparser
from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import MultipartDecoder

_DISPOSITION = "Content-Disposition"
_BARE_BREAK = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_HAS_FILENAME = re.compile(r";\s*filename", re.IGNORECASE)


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


def install() -> None:
    """Have Werkzeug use it."""
    formparser.MultipartDecoder = TolerantDecoder  # type: ignore[attr-defined]
