"""The app with the model that is shipped, and a real server in a process of its own."""

from __future__ import annotations

import http.client
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from pawsight.classifier import Classifier
from pawsight.decoding import Decoders
from pawsight.settings import Settings
from pawsight.web import create_app

Send = Callable[..., TestResponse]

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
# For a root user and a closed network; nothing may be fetched but what the page asks for.
FLAGS = [
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--window-size=1280,900"),
    "--use-fake-device-for-media-stream",  # a camera that shows a green picture
]


EDGE = "edge-of-a-part"


class Asker:
    """One connection to a server, and what its answers were."""

    def __init__(self, server: str) -> None:
        self.port = urlsplit(server).port
        self.client = http.client.HTTPConnection(urlsplit(server).netloc, timeout=120)

    def ask(self, data: bytes) -> tuple[int, str]:
        head = f'--{EDGE}\r\nContent-Disposition: form-data; name="image"; filename="photo"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{EDGE}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={EDGE}"}
        self.client.request("POST", "/api/v1/predictions", body, kind)
        answer = self.client.getresponse()
        return answer.status, json.loads(answer.read()).get("code", "")


@pytest.fixture
def asker(server: str) -> Iterator[Asker]:
    """`status, code = asker.ask(data)` sends a photo to the server that all tests share."""
    asking = Asker(server)
    yield asking
    asking.client.close()


@pytest.fixture(scope="session")
def shipped() -> Classifier:
    """The default model, loaded."""
    return Classifier.load("default")


@pytest.fixture(scope="session")
def decoders() -> Iterator[Decoders]:
    """One decoder that all apps share; each with its own would cost every test that sends a photo its start."""
    opened = Decoders()
    yield opened
    opened.close()


@pytest.fixture
def make_app(shipped: Classifier, decoders: Decoders, tmp_path: Path) -> Callable[..., Flask]:
    """A maker of apps: `make_app(max_bytes=5000, ...)`, with settings as an operator would give them.

    They share an archive, as a server and the next one do.
    """

    def make(model: Classifier = shipped, **settings: Any) -> Flask:
        chosen = Settings(**{"archive": str(tmp_path / "archive")} | settings)
        return create_app(chosen, Classifier(model.card, model.session, chosen.limits), decoders)

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def send(client: FlaskClient) -> Send:
    """`send(data, data, ..., to="/api/v1/predictions")` posts files as the form does."""

    def post(*files: bytes, to: str = "/api/v1/predictions", via: FlaskClient = client, name: str = "") -> TestResponse:
        parts = [FileStorage(io.BytesIO(data), name or f"photo-{number}.jpg") for number, data in enumerate(files)]
        boundary, body = encode_multipart(MultiDict([("image", part) for part in parts]))
        return via.post(to, data=body, content_type=f"multipart/form-data; boundary={boundary}")

    return post


@pytest.fixture(scope="session")
def launch() -> Callable[..., tuple[subprocess.Popen[str], str]]:
    """`process, address = launch(port, model=..., PAWSIGHT_THREADS="1")` runs `pawsight serve`; the caller ends it."""

    def start(port: int = 0, **options: Any) -> tuple[subprocess.Popen[str], str]:
        environment = {name: value for name, value in options.items() if name.isupper()}
        words = [
            word for name, value in options.items() if name not in environment for word in (f"--{name}", str(value))
        ]
        command = [sys.executable, "-m", "pawsight", "serve", "--port", str(port), *words]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | environment)
        line = process.stderr.readline() if process.stderr else ""
        return process, line.split()[3]

    return start


@pytest.fixture(scope="session")
def start_server(launch: Any) -> Callable[..., AbstractContextManager[str]]:
    """`with start_server(PAWSIGHT_THREADS="1") as address:` runs `pawsight serve`, and stops it behind."""

    @contextmanager
    def start(**options: Any) -> Iterator[str]:
        process, address = launch(**options)
        with process:
            try:
                yield address
            finally:
                process.terminate()

    return start


@pytest.fixture(scope="session")
def server(start_server: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The address of a server that all tests share."""
    with start_server() as address:
        yield address


@pytest.fixture
def browse(server: str, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`browse("/model", javascript=True, width=..., dark=..., still=...)` opens a page in a browser of its own."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs the package selenium")
    if not (CHROMIUM and DRIVER):
        pytest.skip("needs chromium and chromedriver")
    opened: list[Any] = []

    def start(
        address: str = "/",
        *,
        javascript: bool = True,
        width: int | None = None,
        dark: bool = False,
        still: bool = False,
    ) -> Any:
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, f"--user-data-dir={tmp_path / f'profile-{len(opened)}'}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        if not javascript:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        browser = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
        opened.append(browser)
        _emulate(browser, width, dark, still)
        browser.get(server + address)
        return browser

    yield start
    for browser in opened:
        browser.quit()


def _emulate(browser: Any, width: int | None, dark: bool, still: bool) -> None:
    """Make the browser a small phone, and its user one who wants dark pages or no motion."""
    if width:
        size = {"width": width, "height": 640, "deviceScaleFactor": 2, "mobile": True}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    wishes = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce" if still else ""}
    features = [{"name": name, "value": value} for name, value in wishes.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
