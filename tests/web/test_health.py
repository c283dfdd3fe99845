"""Alive and ready are two things."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from flask import Flask
from flask.testing import FlaskClient

from pawsight.classifier import Classifier


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
