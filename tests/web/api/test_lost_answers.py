"""The server dies with a photo in its archive and the answer not yet on its way: nothing is lost, nothing twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the package pytest-playwright")

from playwright.sync_api import Page, expect

from pawsight.archive.store import Archive
from pawsight.settings import Settings

DYING = """
import os

from flask import request

from pawsight.settings import load_settings
from pawsight.web import create_app
from pawsight.web.server import run as server

settings = load_settings()
listener = server.listen("127.0.0.1", 0)
app = create_app(settings)

@app.after_request
def die(response):
    if request.method == "POST":
        os._exit(9)
    return response

print(server.url(listener), flush=True)
server.serve(app, listener, settings)
"""


@pytest.fixture
def environment(tmp_path: Path, tiny_model: Path) -> dict[str, str]:
    return {"PAWSIGHT_ARCHIVE": str(tmp_path / "archive"), "PAWSIGHT_MODEL": str(tiny_model)}


def kept(tmp_path: Path) -> int:
    with Archive.open(Settings(archive=str(tmp_path / "archive"))) as archive:
        return archive.find().total


@pytest.mark.parametrize(
    ("address", "away", "answered"),
    [
        ("/", ".answer-waiting h2", ".answer .delete-now"),
        ("/batch", ".tile [data-part=words]", ".tile[data-says=cat]"),
    ],
)
def test_a_lost_answer_is_not_kept_twice(
    open_page: Callable[..., Page],
    launch: Any,
    environment: dict[str, str],
    picture: Any,
    tmp_path: Path,
    address: str,
    away: str,
    answered: str,
) -> None:
    (tmp_path / "cat.jpg").write_bytes(picture())
    words = [sys.executable, "-c", DYING]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=os.environ | environment) as dying:
        origin = (dying.stdout.readline() if dying.stdout else "").strip()
        page = open_page(origin + address)
        page.locator("#image").set_input_files(tmp_path / "cat.jpg")
        assert dying.wait(120) == 9
    expect(page.locator(away)).to_have_text(re.compile("^Server away"))
    assert kept(tmp_path) == 1
    process, _ = launch(int(origin.rpartition(":")[2]), **environment)
    with process:
        expect(page.locator(answered)).to_be_visible()
        page.goto(f"{origin}/photos")
        expect(page.locator("#gallery .tile")).to_have_count(1)
        process.terminate()
    assert kept(tmp_path) == 1


def test_a_form_that_is_sent_again_is_not_kept_twice(
    open_page: Callable[..., Page], start_server: Any, environment: dict[str, str], picture: Any, tmp_path: Path
) -> None:
    (tmp_path / "cat.jpg").write_bytes(picture())
    with start_server(**environment) as origin:
        page = open_page(origin, javascript=False)
        page.locator("#image").set_input_files(tmp_path / "cat.jpg")
        page.locator("#upload [type=submit]").click()
        expect(page.locator(".answer .deleting")).to_be_visible()
        with page.expect_request(lambda asked: asked.method == "POST"):
            page.reload()  # the form is sent again
        expect(page.locator(".answer .deleting")).to_be_visible()
    assert kept(tmp_path) == 1
