"""An app with admin pages, and somebody who is logged in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pawsight.classifier import Classifier
from pawsight.settings import Settings
from pawsight.web import create_app
from pawsight.web.admin import password

PASSWORD = "four words of mine"
MakeApp = Callable[..., Flask]
LogIn = Callable[..., FlaskClient]
Post = Callable[..., TestResponse]


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little: how much they cost is tested by itself."""
    monkeypatch.setattr(password, "_COST", "scrypt:128:8:1")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Where the admin's things are in this test."""
    return Settings(admin=str(tmp_path / "admin"), archive=str(tmp_path / "archive"))


@pytest.fixture
def make(classifier: Classifier, settings: Settings) -> MakeApp:
    """A maker of apps with the tiny model that share admin folder, password and archive."""
    password.store(settings, PASSWORD)

    def make(**more: Any) -> Flask:
        return create_app(msgspec.structs.replace(settings, **more), classifier)

    return make


@pytest.fixture
def app(make: MakeApp) -> Flask:
    return make()


@pytest.fixture
def log_in(app: Flask) -> LogIn:
    """A maker of clients that are logged in."""

    def log_in(at: Flask = app) -> FlaskClient:
        client = at.test_client()
        assert client.post("/admin/login", data={"password": PASSWORD}).status_code == 303
        return client

    return log_in


@pytest.fixture
def boss(log_in: LogIn) -> FlaskClient:
    """Somebody who is logged in."""
    return log_in()


def csrf(page: str) -> str:
    """The hidden field of a page's forms."""
    found = re.search(r'name="csrf" value="([\w-]+)"', page)
    assert found, page
    return found[1]


@pytest.fixture
def post(boss: FlaskClient) -> Post:
    """`post("/admin/...", label="dog")` sends a form of a page of ours."""

    def post(address: str, via: FlaskClient = boss, **fields: Any) -> TestResponse:
        return via.post(address, data={"csrf": csrf(via.get("/admin/").text), **fields})

    return post
