"""Other sites cannot make a visitor's browser change anything."""

from __future__ import annotations

import io
import itertools
from typing import Any

import pytest
from flask.testing import FlaskClient

SITES = {None: True, "same-origin": True, "none": True, "same-site": False, "cross-site": False, "nonsense": False}
ORIGINS = {
    None: True,
    "http://localhost": True,
    "https://localhost": True,
    "http://localhost:81": False,
    "http://evil.example": False,
    "http://localhost.evil.example": False,
    "null": False,
    "": False,
}
WRITES = [
    ("POST", "/api/v1/predictions"),
    ("DELETE", "/api/v1/predictions"),
    ("PATCH", "/api/v1/predictions/x"),
    ("DELETE", "/api/v1/predictions/x"),
    ("POST", "/predict"),
    ("POST", "/predictions/x/forget"),
    ("POST", "/predictions/x/correction"),
    ("POST", "/nothing"),
]


@pytest.mark.parametrize(("method", "address"), WRITES)
def test_all_combinations(client: FlaskClient, method: str, address: str) -> None:
    """The site that a browser names counts; where it names none, the origin."""
    for (site, ours), (origin, same) in itertools.product(SITES.items(), ORIGINS.items()):
        headers = {name: value for name, value in (("Sec-Fetch-Site", site), ("Origin", origin)) if value is not None}
        status = client.open(address, method=method, headers=headers).status_code
        assert (status == 403) is not (same if site is None else ours), headers


def test_nothing_is_kept_of_what_is_refused(client: FlaskClient, picture: Any, app: Any) -> None:
    refused = client.post(
        "/api/v1/predictions", data={"image": (io.BytesIO(picture()), "a")}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert refused.json["code"] == "cross_site"
    assert app.extensions["pawsight"].archive.find().total == 0


def test_reading_is_free(client: FlaskClient) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open("/", method=method, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
