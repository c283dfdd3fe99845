"""The API: what comes for good photos, for bad ones, and for both at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from pawsight import images, zoo
from pawsight.classifier import Classifier
from pawsight.web.state import state

PREDICTIONS = "/api/v1/predictions"
PROBLEM = "application/problem+json"


def test_one_photo(send: Any, client: FlaskClient, picture: Any, shipped: Classifier) -> None:
    response = send(picture(200, 100))
    assert response.status_code == 201
    (entry,) = response.json["predictions"]
    (expected,) = shipped.predict([picture(200, 100)])
    assert expected.to_dict().items() <= entry.items()
    assert set(entry) == {*expected.to_dict(), "id", "milliseconds", "correction", "looks_like", "photo", "heatmap"}
    assert entry["milliseconds"] > 0
    assert response.headers["Location"] == f"{PREDICTIONS}/{entry['id']}"
    assert client.get(response.headers["Location"]).json == entry


def test_scores_keep_the_order_of_the_card(send: Any, picture: Any, shipped: Classifier) -> None:
    assert list(send(picture()).json["predictions"][0]["scores"]) == shipped.card.classes


def test_several_photos_keep_their_order(send: Any, picture: Any, shipped: Classifier) -> None:
    photos = [picture(60, 60, colour=(number, 80, 200 - number)) for number in (0, 90, 180)]
    entries = send(*photos).json["predictions"]
    assert [entry["scores"] for entry in entries] == [shipped.predict([photo])[0].scores for photo in photos]
    assert len({entry["id"] for entry in entries}) == 3


def test_a_bad_photo_does_not_cost_the_others_their_answers(send: Any, picture: Any) -> None:
    response = send(picture(), b"hello", picture())
    first, error, last = response.json["predictions"]
    assert response.status_code == 201
    assert "label" in first
    assert "label" in last
    assert set(error) == {"error"}
    assert error["error"]["code"] == "unsupported_format"
    assert "text" in error["error"]["message"]
    assert "Location" not in response.headers


def test_only_bad_photos_get_the_first_ones_problem(send: Any) -> None:
    response = send(b"", b"hello")
    assert response.status_code == 400
    assert response.mimetype == PROBLEM
    assert response.json["code"] == "empty_file"
    assert [entry["error"]["code"] for entry in response.json["predictions"]] == ["empty_file", "unsupported_format"]


BAD: dict[str, tuple[bytes, int, str]] = {
    "an empty file": (b"", 400, "empty_file"),
    "text": (b"I am a cat", 415, "unsupported_format"),
    "a web page": (b"<html><script>alert(1)</script>", 415, "unsupported_format"),
    "a PDF": (b"%PDF-1.7", 415, "unsupported_format"),
    "only the beginning of a JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF", 422, "broken_image"),
    "a GIF of 65535 x 65535": (
        b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0;",
        422,
        "image_too_large",
    ),
    "a JPEG of 300 scans": (
        b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(10) + b"\xff\xda\0\2" * 300,
        422,
        "image_too_complex",
    ),
    "more bytes than allowed": (b"\xff\xd8\xff" + bytes(10_000_000), 413, "payload_too_large"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_photos(send: Any, case: str) -> None:
    data, status, code = BAD[case]
    response = send(data)
    problem = response.json
    assert (response.status_code, response.mimetype, problem["code"]) == (status, PROBLEM, code)
    assert problem["status"] == status
    assert set(problem) == {"type", "title", "status", "detail", "code"}
    assert "Traceback" not in problem["detail"]


BODIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "JSON": {"json": {"image": "felix.jpg"}},
    "bytes without a form": {"data": b"\xff\xd8\xff", "content_type": "text/plain"},
    "megabytes that claim to be a form": {"data": bytes(900_000), "content_type": "application/x-www-form-urlencoded"},
    "megabytes as text": {"data": {"image": "x" * 900_000}, "content_type": "multipart/form-data"},
    "a text field": {"data": {"image": "felix.jpg"}, "content_type": "multipart/form-data"},
    "another field": {"data": {"photo": (io.BytesIO(b"x"), "x.jpg")}, "content_type": "multipart/form-data"},
    "no choice in a browser": {"data": {"image": (io.BytesIO(), "")}, "content_type": "multipart/form-data"},
    "no boundary": {"data": b"--x\r\n", "content_type": "multipart/form-data"},
    "a form that breaks off": {"data": b"--x\r\nContent-Disp", "content_type": "multipart/form-data; boundary=x"},
}


@pytest.mark.parametrize("case", BODIES)
def test_requests_without_a_photo(client: FlaskClient, case: str) -> None:
    body = BODIES[case]
    if isinstance(body.get("data"), dict):
        body = body | {
            "data": {
                k: (io.BytesIO(*[v[0].getvalue()]), v[1]) if isinstance(v, tuple) else v
                for k, v in body["data"].items()
            }
        }
    response = client.post(PREDICTIONS, **body)
    assert (response.status_code, response.mimetype) == (400, PROBLEM)
    assert response.json["code"] == "missing_image"
    assert "'image'" in response.json["detail"]


def test_too_many_photos(make_app: Callable[..., Flask], send: Any, picture: Any) -> None:
    client = make_app(max_photos=2).test_client()
    assert send(picture(), picture(), via=client).status_code == 201
    response = send(picture(), picture(), picture(), via=client)
    assert (response.status_code, response.json["code"]) == (400, "too_many_photos")
    assert "at most 2" in response.json["detail"]
    assert "3 came" in response.json["detail"]


def test_a_body_over_the_limit_of_the_request(make_app: Callable[..., Flask], send: Any) -> None:
    client = make_app(max_photos=1, max_bytes=1000).test_client()
    response = send(bytes(1_100_000), via=client)
    assert (response.status_code, response.mimetype) == (413, PROBLEM)
    assert response.json["code"] == "payload_too_large"


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x.jpg", "a\0b.jpg", "<b>.jpg", "x" * 5000, "\u202egpj.exe"])
def test_names_of_files_mean_nothing(send: Any, picture: Any, name: str) -> None:
    response = send(picture(), name=name)
    assert response.status_code == 201
    assert "passwd" not in response.text


@pytest.mark.long
def test_every_hostile_file(send: Any, shared: Path) -> None:
    with (shared / "hostile" / "expected.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = []
    for row in rows:
        response = send((shared / "hostile" / row["file"]).read_bytes(), name=row["file"])
        allowed = row["status"].replace("200", "201").split("|")
        code = response.json.get("code", "")
        if str(response.status_code) not in allowed or row["code"] not in ("", code):
            wrong.append(
                f"{row['file']}: expected {row['status']} {row['code']}, received {response.status_code} {code}"
            )
    assert len(rows) == 131
    assert not wrong, "\n".join(wrong)


def test_forgetting(send: Any, client: FlaskClient, picture: Any) -> None:
    entry = send(picture()).json["predictions"][0]
    address = f"{PREDICTIONS}/{entry['id']}"
    assert client.delete(address).status_code == 204
    for gone in (client.get(address), client.delete(address), client.get(entry["heatmap"]), client.get(entry["photo"])):
        assert (gone.status_code, gone.mimetype) == (404, PROBLEM)
        assert gone.json["code"] == "prediction_not_found"


@pytest.mark.parametrize("id", ["0", "..", "%00", "x" * 3000])
def test_an_unknown_answer(client: FlaskClient, id: str) -> None:
    assert client.get(f"{PREDICTIONS}/{id}").status_code == 404


def test_the_photo_that_is_kept_is_small_upright_and_without_metadata(
    send: Any, client: FlaskClient, picture: Any
) -> None:
    address = send(picture(1600, 800, orientation=6)).json["predictions"][0]["photo"]
    response = client.get(address)
    assert response.mimetype == "image/jpeg"
    kept = Image.open(io.BytesIO(response.data))
    assert kept.size == (256, 512)
    assert not kept.getexif()


def test_pictures_have_names_of_ours(send: Any, client: FlaskClient, picture: Any) -> None:
    entry = send(picture(), name='x"; filename="evil.exe').json["predictions"][0]
    for key, name in (("photo", "photo.jpg"), ("heatmap", "heatmap.png")):
        assert client.get(entry[key]).headers["Content-Disposition"] == f'inline; filename="{name}"'


def test_no_gps_leaves(send: Any, client: FlaskClient, shared: Path) -> None:
    with (shared / "hostile" / "expected.csv").open(newline="") as file:
        name = next(row["file"] for row in csv.DictReader(file) if "GPS" in row["note"])
    entry = send((shared / "hostile" / name).read_bytes()).json["predictions"][0]
    for address in (entry["photo"], entry["heatmap"]):
        data = client.get(address).data
        assert not Image.open(io.BytesIO(data)).getexif()
        assert b"Exif" not in data
        assert b"GPS" not in data


def test_a_heat_map_for_each_class(send: Any, client: FlaskClient, shared: Path, shipped: Classifier) -> None:
    photo = (shared / "hostile" / "image-rs__images__jpg__progressive__cat.jpg").read_bytes()
    entry = send(photo).json["predictions"][0]
    assert entry["verdict"] == "cat"
    maps = {name: client.get(entry["heatmap"], query_string={"class": name}) for name in shipped.card.classes}
    assert {response.mimetype for response in maps.values()} == {"image/png"}
    assert client.get(entry["heatmap"]).data == maps[entry["label"]].data
    kept = images.decode(client.get(entry["photo"]).data).astype(int)
    changed = {name: np.abs(images.decode(response.data) - kept).mean() for name, response in maps.items()}
    assert changed["cat"] > changed["dog"]


@pytest.mark.parametrize("damage", [b"", b"\xff\xd8 half a photo"])
def test_a_stored_photo_that_is_damaged_is_nobodys_bad_request(
    app: Flask, send: Any, client: FlaskClient, picture: Any, damage: bytes
) -> None:
    entry = send(picture()).json["predictions"][0]
    with app.app_context():
        files = state().archive.files
    assert files
    [path] = files.walk()
    path.write_bytes(damage)
    for address in (entry["photo"], entry["heatmap"]):
        response = client.get(address)
        assert (response.status_code, response.json["code"]) == (503, "bad_archive")


@pytest.mark.parametrize("name", ["<zebra>", ""])
def test_a_heat_map_for_an_unknown_class(send: Any, client: FlaskClient, picture: Any, name: str) -> None:
    address = send(picture()).json["predictions"][0]["heatmap"]
    response = client.get(address, query_string={"class": name})
    assert (response.status_code, response.json["code"]) == (400, "unknown_class")
    assert "cat, dog" in response.json["detail"]
    assert "zebra" not in response.text


def test_models(client: FlaskClient, shipped: Classifier) -> None:
    model, *others = client.get("/api/v1/models").json["models"]
    assert [model["name"], *(other["name"] for other in others)] == zoo.names()
    assert model["id"] == shipped.card.id
    assert model["classes"] == shipped.card.classes
    assert model["input"]["size"] == shipped.card.input.size
    assert model["metrics"]["accuracy"]["n"] > 0
    assert not {"golden", "files"} & set(model)
