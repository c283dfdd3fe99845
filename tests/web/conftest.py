"""The app with the model that is shipped, and a real server in a process of its own."""

from __future__ import annotations

import http.client
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse, encode_multipart

from pawsight.classifier import Classifier
from pawsight.decoding import DecoderPool
from pawsight.settings import Settings
from pawsight.web import create_app

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Send = Callable[..., TestResponse]

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EDGE = "edge-of-a-part"


class Asker:
    """One connection to a server, and what its answers were."""

    def __init__(self, server: str) -> None:
        self.port = urlsplit(server).port
        self.client = http.client.HTTPConnection(urlsplit(server).netloc, timeout=120)
        self.said: dict[str, Any] = {}  # the last answer to a photo

    def ask(self, data: bytes) -> tuple[int, str]:
        head = f'--{EDGE}\r\nContent-Disposition: form-data; name="image"; filename="photo"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{EDGE}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={EDGE}"}
        self.client.request("POST", "/api/v1/predictions", body, kind)
        answer = self.client.getresponse()
        self.said = json.loads(answer.read())
        return answer.status, self.said.get("code", "")

    def see(self, address: str) -> tuple[int, bytes]:
        self.client.request("GET", address)
        answer = self.client.getresponse()
        return answer.status, answer.read()


class ClosingClient(FlaskClient):
    """A client that closes what it sent: Werkzeug's leaves the temporary file of a large form to the collector."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        response = super().open(*args, **options)
        response.request.environ["wsgi.input"].close()
        return response


@pytest.fixture
def asker(server: str) -> Iterator[Asker]:
    """`status, code = asker.ask(data)` sends a photo to the server that all tests share."""
    asking = Asker(server)
    yield asking
    asking.client.close()


@pytest.fixture(scope="session", autouse=True)
def _compile_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile each route and template once: a thousand tests make an app each, and compiling took most of its start."""
    compile_builder = Rule._compile_builder
    compiled: dict[Any, Any] = {}

    def compile_or_reuse(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, str(rule.defaults), tuple(rule._trace), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    templates = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_or_reuse)
        patch.setitem(Flask.jinja_options, "bytecode_cache", templates)
        yield


@pytest.fixture(scope="session")
def shipped() -> Classifier:
    """The default model, loaded."""
    return Classifier.load("default")


@pytest.fixture(scope="session")
def decoders() -> Iterator[DecoderPool]:
    """One decoder that all apps share; each with its own would cost every test that sends a photo its start."""
    opened = DecoderPool()
    yield opened
    opened.close()


@pytest.fixture
def make_app(shipped: Classifier, decoders: DecoderPool, tmp_path: Path) -> Callable[..., Flask]:
    """A maker of apps: `make_app(max_bytes=5000, ...)`, with settings as an operator would give them.

    They share an archive, as a server and the next one do.
    """

    def make(model: Classifier = shipped, **settings: Any) -> Flask:
        chosen = Settings(**{"archive": str(tmp_path / "archive")} | settings)
        app = create_app(chosen, Classifier(model.card, model.session, chosen.limits), decoders)
        app.test_client_class = ClosingClient
        return app

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
def open_page(
    server: str, new_context: Callable[..., BrowserContext], browser_type_launch_args: dict[str, Any]
) -> Callable[..., Page]:
    """`open_page("/model", javascript=True, width=..., dark=..., still=...)` opens a page as a visitor of its own.

    A width makes it a phone of that many pixels; `still` is the wish for no motion.
    """

    def start(
        address: str = "/",
        *,
        javascript: bool = True,
        width: int | None = None,
        dark: bool = False,
        still: bool = False,
    ) -> Page:
        context = new_context(
            base_url=server,
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if still else "no-preference",
            viewport={"width": width or 1280, "height": 640 if width else 800},
            device_scale_factor=2 if width else 1,
            is_mobile=bool(width),
            has_touch=bool(width),
        )
        context.set_default_timeout(browser_type_launch_args["timeout"])
        page = context.new_page()
        page.goto(address)
        return page

    return start


@pytest.fixture(scope="session")
def wait_until(browser_type_launch_args: dict[str, Any]) -> Callable[[Page, str], None]:
    """`wait_until(page, script)` waits until JavaScript says true. Playwright's `wait_for_function` asks again with
    `eval`, which the page's policy forbids."""

    def wait(page: Page, script: str) -> None:
        end = time.monotonic() + browser_type_launch_args["timeout"] / 1000
        while not page.evaluate(script):
            assert time.monotonic() < end, f"never true: {script}"
            page.wait_for_timeout(100)

    return wait


@pytest.fixture(scope="session")
def expect_no_photos(wait_until: Callable[[Page, str], None]) -> Callable[[Page], None]:
    """`expect_no_photos(page)` waits until the visitor has none: leaving the page ends the time to undo a deletion."""

    def wait(page: Page) -> None:
        page.goto("/photos")
        wait_until(page, "(localStorage.getItem('pawsight-deletions') ?? '{}') === '{}'")
        page.reload()
        page.get_by_text("There are none").wait_for()

    return wait


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """`axe(page)` is what axe-core finds wrong with a page, by WCAG 2.2 AA and best practices: rule and elements."""
    package = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs the package axe-playwright-python"
    )

    def complaints(page: Page) -> list[str]:
        found = package.Axe().run(page, options={"runOnly": AXE_RULES}).response["violations"]
        return [f"{one['id']}: {' '.join(str(node['target']) for node in one['nodes'])}" for one in found]

    return complaints
