"""The app with the model that is shipped, and a real server in a process of its own."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from pawsight.classifier import Classifier
from pawsight.settings import Settings
from pawsight.web import create_app

Send = Callable[..., TestResponse]


@pytest.fixture(scope="session")
def shipped() -> Classifier:
    """The default model, loaded."""
    return Classifier.load("default")


@pytest.fixture
def make_app(shipped: Classifier, tmp_path: Path) -> Callable[..., Flask]:
    """A maker of apps: `make_app(max_bytes=5000, ...)`, with settings as an operator would give them.

    They share an archive, as a server and the next one do.
    """

    def make(model: Classifier = shipped, **settings: Any) -> Flask:
        chosen = Settings(**{"archive": str(tmp_path / "archive")} | settings)
        return create_app(chosen, Classifier(model.card, model.session, chosen.limits))

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
def server() -> Iterator[str]:
    """The address of `pawsight serve`, running."""
    command = [sys.executable, "-m", "pawsight", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        line = process.stderr.readline() if process.stderr else ""
        yield line.split()[3]
        process.terminate()
