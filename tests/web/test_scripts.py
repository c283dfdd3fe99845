"""The page's modules: bundled where the build has done it, else one by one; asked for at once, and without comments."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.web.test_assets import FOR_EVER, GZIP, addresses

from pawsight.web import scripts
from pawsight.web.pages.model import device_is_available

PAGES = {"/": "classify", "/batch": "batch", "/train": "train"}
NEEDS_RUNTIME = pytest.mark.skipif(not device_is_available(), reason="needs ONNX Runtime Web: python hatch_build.py")
LOADED = ["/", "/batch", pytest.param("/train", marks=NEEDS_RUNTIME)]
MOST = 90_000  # bytes of a first visit, with the heads of all answers
IMPORTED = re.compile(r'(?:^|;)import\s*(?:[^;"\']*?from\s*)?"\./([\w-]+)\.js"', re.MULTILINE)


@pytest.fixture
def bundled(app: Flask) -> None:
    """Skip where the build has made no bundles of these modules."""
    with app.app_context():
        if not scripts.bundles_are_current():
            pytest.skip("needs bundles of the page's modules: python hatch_build.py")


@pytest.fixture
def single(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A build without bundles."""
    monkeypatch.setattr(scripts, "BUNDLES", tmp_path)


def of_page(client: FlaskClient, page: str) -> dict[str, str]:
    """Name -> address of each module that a page asks for."""
    found = [one for one in addresses(client.get(page).text) if "/modules/" in one]
    return {Path(one).stem: one for one in found}


def expect_asked_at_once(client: FlaskClient, page: str) -> None:
    asked = of_page(client, page)
    assert PAGES[page] in asked
    for address in asked.values():
        with client.get(address) as response:
            assert response.headers["Cache-Control"].endswith(FOR_EVER)
            assert set(IMPORTED.findall(response.get_data(as_text=True))) <= set(asked), address


@pytest.mark.usefixtures("single")
@pytest.mark.parametrize("page", LOADED)
def test_modules_are_asked_for_at_once_and_not_one_after_the_other(client: FlaskClient, page: str) -> None:
    expect_asked_at_once(client, page)
    assert len(of_page(client, page)) > 5


@pytest.mark.usefixtures("bundled")
@pytest.mark.parametrize("page", LOADED)
def test_bundles_are_few_and_asked_for_at_once(client: FlaskClient, page: str) -> None:
    expect_asked_at_once(client, page)
    assert len(of_page(client, page)) <= 5


@pytest.mark.usefixtures("bundled")
def test_bundles_of_other_modules_are_not_served(
    app: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has changed a module, and not built again."""
    before = of_page(client, "/batch")
    (tmp_path / "batch.js").write_bytes((scripts.BUNDLES / "batch.js").read_bytes())
    (tmp_path / scripts.MADE_OF).write_text("0" * 64)
    monkeypatch.setattr(scripts, "BUNDLES", tmp_path)
    after = of_page(client, "/batch")
    assert {"gallery", "review", "tile"} <= set(after) - set(before)
    assert after["batch"] != before["batch"]  # so that nobody keeps the old one
    with client.get(after["batch"]) as response:
        assert response.data == (scripts.MODULES / "batch.js").read_bytes()


@pytest.mark.usefixtures("single")
def test_modules_are_sent_without_the_comments_that_fill_lines(client: FlaskClient) -> None:
    address = of_page(client, "/")["queue"]
    with client.get(address, headers=GZIP) as packed, client.get(address) as plain:
        sent = gzip.decompress(packed.data).decode()
        lines = plain.get_data(as_text=True).splitlines()
    assert "//" not in sent
    assert "/**" not in sent
    assert sent.splitlines() == [line for line in lines if not line.lstrip().startswith(("//", "/*", "*"))]


@pytest.mark.usefixtures("bundled")
@pytest.mark.parametrize("page", ["/", "/batch", "/train", "/model", "/docs", "/photos"])
def test_a_first_visit_with_all_headers(client: FlaskClient, page: str) -> None:
    """The page, its styles, scripts and pictures as they come over the line."""
    total = 0
    for address in {page, *addresses(client.get(page).text)}:
        with client.get(address, headers=GZIP) as response:
            total += len(response.data) + len(str(response.headers)) + len("HTTP/1.1 200 OK\r\n")
    assert total <= MOST
