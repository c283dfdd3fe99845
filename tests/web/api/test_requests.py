"""Requests as real clients send them: odd names, whole bodies, many files, HEAD, ranges."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

PREDICTIONS = "/api/v1/predictions"
NAMES = [
    b'filename="\xff\xfe.jpg"',
    b'filename="caf\xe9.jpg"',
    b'filename="a\x00b.jpg"',
    b'filename="a"b.jpg"',
    b'filename="a\rb.jpg"',
    b'filename="a\nb.jpg"',
    b'filename="unclosed',
    b"filename*=nonsense''%e9.jpg",
    b"filename*=UTF-8''%ff",
    b'filename="' + b"x" * 3000 + b'"',
    b'filename="../../etc/passwd"',
    b"filename=CON",
    'filename="\u202e\U0001f431.jpg"'.encode(),
]


def form(*parts: tuple[bytes, bytes]) -> dict[str, Any]:
    head = b'--b\r\nContent-Disposition: form-data; name="image"; '
    body = b"".join(head + name + b"\r\n\r\n" + data + b"\r\n" for name, data in parts)
    return {"data": body + b"--b--\r\n", "content_type": "multipart/form-data; boundary=b"}


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_costs_no_photo(client: FlaskClient, picture: Any, name: bytes) -> None:
    sent = form((b'filename="good.jpg"', picture(seed=1)), (name, picture(seed=2)), (b'filename="z"', picture(seed=3)))
    for address in (PREDICTIONS, "/predict", "/batch"):
        response = client.post(address, **sent)
        assert response.status_code in (200, 201), address
    assert [one["verdict"] for one in client.post(PREDICTIONS, **sent).json["predictions"]]  # type: ignore[index]
    assert len(client.post(PREDICTIONS, **sent).json["predictions"]) == 3  # type: ignore[index]


def test_a_part_without_a_name_is_a_photo_by_its_type(client: FlaskClient, picture: Any) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="image"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = head + picture() + b"\r\n--b--\r\n"
    assert client.post(PREDICTIONS, data=body, content_type="multipart/form-data; boundary=b").status_code == 201


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "IMAGE/JPEG; q=1"])
def test_one_photo_as_the_whole_body(client: FlaskClient, picture: Any, kind: str) -> None:
    """As with `curl --data-binary @felix.jpg -H 'Content-Type: image/jpeg'`: the bytes count, not the claimed type."""
    response = client.post(f"{PREDICTIONS}?model=lite0", data=picture(), content_type=kind)
    assert response.status_code == 201
    assert len(response.json["predictions"]) == 1  # type: ignore[index]
    again = client.post(PREDICTIONS, data=picture(), content_type=kind, headers={"Idempotency-Key": "k" * 16})
    assert client.get(again.headers["Location"]).status_code == 200


@pytest.mark.parametrize("kind", ["application/octet-stream", "Application/Octet-Stream; a=b", None])
def test_bytes_of_no_type_are_a_photo(client: FlaskClient, picture: Any, kind: str | None) -> None:
    assert client.post(PREDICTIONS, data=picture(), content_type=kind).status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "code"), [(b"", 400, "missing_image"), (b"text", 415, "unsupported_format")]
)
def test_a_body_that_is_no_photo(client: FlaskClient, body: bytes, status: int, code: str) -> None:
    response = client.post(PREDICTIONS, data=body, content_type="image/jpeg")
    assert (response.status_code, response.json["code"]) == (status, code)  # type: ignore[index]


@pytest.mark.parametrize("kind", ["image/jpeg", "multipart/form-data; boundary=b"])
def test_a_body_that_is_packed_is_said_to_be(client: FlaskClient, picture: Any, kind: str) -> None:
    packed = gzip.compress(picture())
    response: Any = client.post(PREDICTIONS, data=packed, content_type=kind, headers={"Content-Encoding": "gzip"})
    assert (response.status_code, response.json["code"]) == (415, "unsupported_format")
    assert "Content-Encoding" in response.json["detail"]
    as_it_is = client.post(PREDICTIONS, data=picture(), headers={"Content-Encoding": "identity"})
    assert as_it_is.status_code == 201


@pytest.mark.parametrize("address", [PREDICTIONS, "/predict", "/batch"])
def test_many_files_in_one_form_are_counted(client: FlaskClient, address: str) -> None:
    response = client.post(address, **form(*((b'filename="x.jpg"', b"x") for _ in range(60))))
    assert response.status_code == 400
    assert "60" in response.get_data(as_text=True)


@pytest.mark.parametrize("address", ["/", "/docs", "/static/pawsight.css", "/api/openapi.json", "/static/mark.svg"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_head_is_get_without_a_body(client: FlaskClient, address: str, encoding: str) -> None:
    got, head = (client.open(address, method=one, headers={"Accept-Encoding": encoding}) for one in ("GET", "HEAD"))
    same = ["Content-Type", "Content-Encoding", "Vary", "ETag", "Cache-Control"]
    same += [] if (address, encoding) == ("/", "gzip") else ["Content-Length"]  # a random key packs differently
    assert {name: head.headers.get(name) for name in same} == {name: got.headers.get(name) for name in same}
    assert head.data == b""
    got.close()
    head.close()


@pytest.mark.parametrize(
    "wanted", ["bytes=0-1,4-5", "bytes=0-0, -1", "bytes=9-,0-3", "items=0-3", "bytes", "bytes=-", "bytes=a-b", "0-3"]
)
def test_what_is_not_one_range_of_bytes_gets_the_whole_file(client: FlaskClient, wanted: str) -> None:
    with client.get("/static/mark.svg") as whole, client.get("/static/mark.svg", headers={"Range": wanted}) as parts:
        assert (parts.status_code, parts.data) == (200, whole.data)
    with client.get("/static/mark.svg", headers={"Range": "bytes=0-3"}) as part:
        assert (part.status_code, len(part.data)) == (206, 4)


def test_the_worker_has_a_version(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer one has another, so that browsers replace the page that they keep."""
    before = client.get("/worker.js").text
    found = re.search(r'const NAME = "([^"]+)"', before)
    assert found
    assert client.get("/worker.js").text == before
    monkeypatch.setattr("pawsight.web.pages.pwa.__version__", "99.0")
    assert "99.0-" in client.get("/worker.js").text
