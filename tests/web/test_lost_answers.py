"""The server dies with a photo in its archive and the answer not yet on its way: nothing is lost, nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="needs the package selenium")

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from pawsight.archive.store import Archive
from pawsight.settings import Settings

DYING = """
import os

from flask import request

from pawsight.settings import load_settings
from pawsight.web import create_app, server

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


def wait(browser: Chrome, until: Callable[[Chrome], Any]) -> None:
    WebDriverWait(browser, 60, 0.1).until(until)


@pytest.mark.parametrize(
    ("page", "away", "answered"),
    [
        ("/", ".answer-waiting h2", ".answer .forgetting"),
        ("/batch", "#rows [data-part=words]", "#rows [data-says=cat]"),
    ],
)
def test_a_lost_answer_is_not_kept_twice(
    browse: Any,
    launch: Any,
    environment: dict[str, str],
    picture: Any,
    tmp_path: Path,
    page: str,
    away: str,
    answered: str,
) -> None:
    (tmp_path / "cat.jpg").write_bytes(picture())
    browser = browse()
    words = [sys.executable, "-c", DYING]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=os.environ | environment) as dying:
        address = (dying.stdout.readline() if dying.stdout else "").strip()
        browser.get(address + page)
        wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "#ask.live"))
        browser.find_element(By.ID, "image").send_keys(str(tmp_path / "cat.jpg"))
        assert dying.wait(60) == 9
    wait(browser, lambda b: b.find_element(By.CSS_SELECTOR, away).text.startswith("Server away"))
    assert kept(tmp_path) == 1
    process, _ = launch(int(address.rpartition(":")[2]), **environment)
    with process:
        wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, answered))
        browser.get(f"{address}/photos")
        assert len(browser.find_elements(By.CSS_SELECTOR, ".answer")) == 1
        process.terminate()
    assert kept(tmp_path) == 1


def test_a_form_that_is_sent_again_is_not_kept_twice(
    browse: Any, start_server: Any, environment: dict[str, str], picture: Any, tmp_path: Path
) -> None:
    (tmp_path / "cat.jpg").write_bytes(picture())
    browser = browse(javascript=False)
    with start_server(**environment) as address:
        browser.get(address)
        browser.find_element(By.ID, "image").send_keys(str(tmp_path / "cat.jpg"))
        browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
        wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".answer .forgetting"))
        browser.refresh()  # the form is sent again
        wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".answer .forgetting"))
    assert kept(tmp_path) == 1
