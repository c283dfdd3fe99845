"""A form of one plain file takes a short way, and comes out as Werkzeug's own parser reads it."""

from __future__ import annotations

import io

import pytest
from werkzeug import formparser

from pawsight.web import multipart
from pawsight.web.multipart import PhotoFormParser, _only_file

EDGE = b"edge-1"
DISPOSITION = b'Content-Disposition: form-data; name="image"; filename="a cat.jpg"'
PHOTO = bytes(range(256)) * 9


def in_memory(*_: object, **__: object) -> io.BytesIO:
    return io.BytesIO()


def form(*parts: bytes, end: bytes = b"--\r\n") -> bytes:
    return b"".join(b"--" + EDGE + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + EDGE + end


def head(*lines: bytes) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\n"


SHORT = [
    form(head(DISPOSITION) + PHOTO),
    form(head(DISPOSITION) + PHOTO, end=b"--"),
    form(head(DISPOSITION, b"Content-Type: image/jpeg") + PHOTO),
    form(head(DISPOSITION, b"content-type: image/svg+xml")),
    form(head(DISPOSITION) + b"\r\n\r\n" + PHOTO + b"\r\n\r\n"),
]
LONG = [
    form(head(DISPOSITION) + PHOTO, head(DISPOSITION) + PHOTO),
    form(head(DISPOSITION) + PHOTO, head(b'Content-Disposition: form-data; name="model"') + b"default"),
    form(head(b'Content-Disposition: form-data; name="image"') + PHOTO),
    form(head(b'Content-Disposition: form-data; name="image"; filename="a\\"b.jpg"') + PHOTO),
    form(head(b'Content-Disposition: form-data; name="image"; filename="Zo\xc3\xab.jpg"') + PHOTO),
    form(head(b'Content-Disposition: form-data; filename="a.jpg"; name="image"') + PHOTO),
    form(head(DISPOSITION, b"X-More: 1") + PHOTO),
    form(head(DISPOSITION) + PHOTO + b"--" + EDGE + PHOTO),
    form(head(DISPOSITION) + PHOTO) + b"behind",
    form(head(DISPOSITION) + PHOTO)[:-6],
    form(head(DISPOSITION) + PHOTO).replace(b"\r\n", b"\n"),
    form(DISPOSITION + b"\r\n"),
    b"before\r\n" + form(head(DISPOSITION) + PHOTO),
    b"--" + EDGE + b"--\r\n",
    b"--" + EDGE,
    b"",
]


def read(body: bytes, length: int | None) -> list[tuple[str, str | None, str | None, bytes]] | str:
    """Name, file name, type and content of all files, or the error; the long way where no length is given."""
    try:
        form, files = PhotoFormParser(in_memory).parse(io.BytesIO(body), EDGE, length)
    except ValueError as error:
        return str(error)
    found = [(name, one.filename, one.content_type, one.read()) for name, one in files.items(multi=True)]
    return [*found, *((name, None, None, text.encode()) for name, text in form.items(multi=True))]


@pytest.mark.parametrize("body", SHORT)
def test_the_short_way_reads_what_the_long_one_does(body: bytes) -> None:
    assert _only_file(body, b"--" + EDGE) is not None
    assert read(body, len(body)) == read(body, None)


@pytest.mark.parametrize("body", LONG)
def test_other_forms_take_the_long_way(body: bytes) -> None:
    assert _only_file(body, b"--" + EDGE) is None
    assert read(body, len(body)) == read(body, None)


def test_it_is_what_requests_use() -> None:
    multipart.install()
    body = SHORT[2]
    parser, boundary = formparser.FormDataParser(in_memory), {"boundary": EDGE.decode()}
    _, _, files = parser.parse(io.BytesIO(body), "multipart/form-data", len(body), boundary)
    assert files["image"].read() == PHOTO
    assert vars(formparser)["MultiPartParser"] is PhotoFormParser
