"""Alive and ready are two things."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from pawsight.classifier import Classifier
from pawsight.runtime import Outputs
from pawsight.types import Pixels


def test_alive_and_ready(client: FlaskClient, shipped: Classifier) -> None:
    assert client.get("/livez").json == {"status": "alive"}
    assert client.get("/readyz").json == {"status": "ready", "model": shipped.card.id, "refused": None}


def test_a_model_that_answers_wrong_is_alive_but_not_ready(make_app: Callable[..., Flask], shipped: Classifier) -> None:
    scores = [{name: 1 - score for name, score in row.items()} for row in shipped.card.golden.scores]
    other = msgspec.structs.replace(shipped.card, golden=msgspec.structs.replace(shipped.card.golden, scores=scores))
    client = make_app(Classifier(other, shipped.session)).test_client()
    response = client.get("/readyz")
    assert client.get("/livez").status_code == 200
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert response.json is not None
    assert response.json["code"] == "bad_model"


def test_a_server_that_could_not_keep_a_photo_is_not_ready(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    client = make_app(archive_lock_timeout=0.1).test_client()
    with closing(sqlite3.connect(tmp_path / "archive" / "index.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        response = client.get("/readyz")
        assert (response.status_code, response.json["code"]) == (503, "archive_unavailable")  # type: ignore[index]
        other.rollback()


def test_an_index_that_another_version_changed_is_not_ready(
    make_app: Callable[..., Flask], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two servers with one database, of which one was upgraded."""
    client = make_app().test_client()
    with closing(sqlite3.connect(tmp_path / "archive" / "index.sqlite")) as other:
        other.execute("ALTER TABLE entries RENAME COLUMN verdict TO said")
    response = client.get("/readyz")
    assert (response.status_code, response.json["code"]) == (503, "archive_unavailable")  # type: ignore[index]
    assert "no such column: entries.verdict" in caplog.text


class Counted:
    """A model's session that counts for how many photos it is asked."""

    def __init__(self, classifier: Classifier) -> None:
        self.session, self.asked = classifier.session, 0

    def run(self, pixels: Pixels) -> Outputs:
        self.asked += len(pixels)
        return self.session.run(pixels)


def test_who_asks_often_costs_no_more(make_app: Callable[..., Flask], shipped: Classifier) -> None:
    session = Counted(shipped)
    app = make_app(Classifier(shipped.card, session))
    session.asked, start = 0, time.monotonic()
    threads = [threading.Thread(target=lambda: [app.test_client().get("/readyz") for _ in range(10)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    look = len(shipped.card.golden.scores)
    assert look <= session.asked <= look * (1 + time.monotonic() - start)
    before = session.asked
    time.sleep(1.0)
    assert app.test_client().get("/readyz").status_code == 200
    assert session.asked == before + look
