"""Numbers for Prometheus: they count what happened, and not everybody sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from pawsight.classifier import Classifier


def numbers(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """(name, labels by their names) -> value; read by Prometheus's own parser."""
    text = client.get("/metrics").text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_happened_is_counted(client: FlaskClient, send: Any, picture: Any, shipped: Classifier) -> None:
    answers = send(picture(), picture(), b"", b"x").json["predictions"]
    client.get("/nowhere")
    client.get("/nowhere/else")
    client.open("/", method="WHATEVER")
    found = numbers(client)
    verdict = answers[0]["verdict"]
    assert found["pawsight_requests_total", "POST", "/api/v1/predictions", "201"] == 1
    assert found["pawsight_requests_total", "GET", "none", "404"] == 2
    assert found["pawsight_requests_total", "other", "none", "405"] == 1
    assert found["pawsight_predictions_total", shipped.card.id, verdict] == 2
    assert found["pawsight_refusals_total", "empty_file"] == 1
    assert found["pawsight_refusals_total", "unsupported_format"] == 1
    assert found["pawsight_request_seconds_count", "/api/v1/predictions"] == 1
    assert found["pawsight_archive_bytes",] > 100
    assert found["pawsight_model_info", shipped.card.id, "first"] == 1
    assert found["pawsight_model_refused",] == 0
    assert found["pawsight_queue_length",] == 0
    assert [key for key in found if key[0] == "pawsight_build_info"]


def test_each_app_counts_for_itself(make_app: Callable[..., Flask]) -> None:
    first, second = make_app().test_client(), make_app().test_client()
    for _ in range(3):
        first.get("/livez")
    second.get("/livez")
    assert numbers(first)["pawsight_requests_total", "GET", "/livez", "200"] == 3
    assert numbers(second)["pawsight_requests_total", "GET", "/livez", "200"] == 1


@pytest.mark.parametrize(
    ("whom", "address", "header", "status"),
    [
        ("local", "127.0.0.1", "", 200),
        ("local", "::1", "", 200),
        ("local", "192.0.2.7", "", 404),
        ("local", "127.0.0.1", "X-Forwarded-For", 404),
        ("local", "127.0.0.1", "Forwarded", 404),
        ("local", "127.0.0.1", "Via", 404),
        ("all", "192.0.2.7", "", 200),
        ("off", "127.0.0.1", "", 404),
    ],
)
def test_who_may_see_them(make_app: Callable[..., Flask], whom: str, address: str, header: str, status: int) -> None:
    client = make_app(metrics=whom).test_client()
    headers = {header: "192.0.2.7"} if header else {}
    assert client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == status
