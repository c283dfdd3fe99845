"""Photos out of a request."""

from __future__ import annotations

import io

import pytest
from flask import Flask, request
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from pawsight.settings import Settings
from pawsight.web.uploads import MissingImage, TooManyPhotos, Upload, body_limit, uploads

SETTINGS = Settings(max_photos=2)


def sent(app: Flask, *files: tuple[bytes, str]) -> list[Upload]:
    parts = [(io.BytesIO(data), name) for data, name in files]
    with app.test_request_context("/", method="POST", data={"image": parts}, content_type="multipart/form-data"):
        return uploads(SETTINGS)


def test_bytes_and_names_in_order(app: Flask) -> None:
    assert sent(app, (b"1", "a"), (b"2", "../b")) == [Upload("a", b"1"), Upload("../b", b"2")]


def test_an_empty_file_is_a_photo_but_an_empty_part_is_none(app: Flask) -> None:
    assert sent(app, (b"", "a"), (b"", "")) == [Upload("a", b"")]
    with pytest.raises(MissingImage):
        sent(app, (b"", ""))


def test_too_many(app: Flask) -> None:
    with pytest.raises(TooManyPhotos):
        sent(app, *[(b"x", "x")] * 3)


def test_large_uploads_stay_in_memory(app: Flask) -> None:
    boundary, body = encode_multipart({"image": FileStorage(io.BytesIO(bytes(2_000_000)), "a")})
    kind = f"multipart/form-data; boundary={boundary}"
    with app.test_request_context("/", method="POST", data=body, content_type=kind):
        assert isinstance(request.files["image"].stream, io.BytesIO)


def test_the_limit_of_a_request_has_room_for_all_its_photos() -> None:
    assert body_limit(SETTINGS) > SETTINGS.max_bytes * SETTINGS.max_photos
