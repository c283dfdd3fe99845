"""The description says what the API does: every route, and answers as they really come."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pawsight.web.api import openapi, problems

jsonschema = pytest.importorskip("jsonschema", reason="needs the package jsonschema")
# any route may answer with these
UNUSED = {"not_found", "bad_request", "method_not_allowed", "internal_error"}
UNUSED |= {"request_timeout", "headers_too_large", "overloaded", "unknown_host"}  # of every route


@pytest.fixture
def described(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").json  # type: ignore[assignment]
    return found


def test_every_route_is_described_and_every_described_one_exists(app: Flask, described: dict[str, Any]) -> None:
    there = {
        (openapi.path(rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api", "/livez", "/readyz"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == there


def test_it_is_openapi(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    for path, methods in described["paths"].items():
        for says in methods.values():
            assert says["summary"]
            inside = [one["name"] for one in says.get("parameters", []) if one["in"] == "path"]
            assert inside == re.findall(r"{(\w+)}", path)
    names = [says["operationId"] for methods in described["paths"].values() for says in methods.values()]
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    found = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)))
    assert found <= set(described["components"]["schemas"])
    assert "PredictionResponse" in found
    for schema in described["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_field_of_an_answer_is_explained(described: dict[str, Any]) -> None:
    for name, field in described["components"]["schemas"]["PredictionResponse"]["properties"].items():
        assert field.get("description"), name


def test_answers_are_as_described(client: FlaskClient, described: dict[str, Any], send: Any, picture: Any) -> None:
    created = send(picture(), b"x")
    check(described, created, "/api/v1/predictions", "post")
    id = created.json["predictions"][0]["id"]
    used = {("/api/v1/predictions", "post")}
    for path, methods in described["paths"].items():
        for method in sorted(methods, key=lambda one: one == "delete"):
            if (path, method) not in used and method != "delete":
                change = {"correction": "dog"} if method == "patch" else None
                check(described, client.open(path.replace("{id}", id), method=method, json=change), path, method)
    check(described, client.delete(f"/api/v1/predictions/{id}"), "/api/v1/predictions/{id}", "delete")
    check(described, client.delete("/api/v1/predictions"), "/api/v1/predictions", "delete")


def test_problems_are_as_described(client: FlaskClient, described: dict[str, Any], send: Any, picture: Any) -> None:
    id = send(picture()).json["predictions"][0]["id"]
    one, heat = "/api/v1/predictions/{id}", "/api/v1/predictions/{id}/heatmap.png"
    for path, method, response in (
        ("/api/v1/predictions", "post", send(b"")),
        ("/api/v1/predictions", "post", send(b"x", b"y")),
        ("/api/v1/predictions", "post", client.post("/api/v1/predictions")),
        (one, "get", client.get(one)),
        (one, "delete", client.delete(one)),
        (one, "patch", client.patch(one.replace("{id}", id), data=b"dog")),
        (one, "patch", client.patch(one.replace("{id}", id), json={"correction": "zebra"})),
        (heat, "get", client.get(heat.replace("{id}", id), query_string={"class": "zebra"})),
    ):
        assert response.status_code >= 400
        check(described, response, path, method)
        assert (
            response.json["code"]
            in described["paths"][path][method]["responses"][str(response.status_code)]["description"]
        )


def test_an_answer_with_a_field_more_or_less_would_be_noticed(
    described: dict[str, Any], send: Any, picture: Any
) -> None:
    entry = send(picture()).json["predictions"][0]
    schema = described["components"]["schemas"]["PredictionResponse"] | {"components": described["components"]}
    jsonschema.validate(entry, schema)
    for wrong in (entry | {"more": 1}, {name: value for name, value in entry.items() if name != "verdict"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_every_problem_of_ours_has_its_route(described: dict[str, Any]) -> None:
    named = set(re.findall(r"`(\w+)`", json.dumps(described["paths"])))
    assert {one.code for one in problems.known()} - UNUSED - {"model_not_found"} <= named


def check(described: dict[str, Any], response: TestResponse, path: str, method: str) -> None:
    """Hold an answer against what is described for it."""
    answer = described["paths"][path][method]["responses"][str(response.status_code)]
    content = answer.get("content", {})
    assert set(content) == ({response.mimetype} if response.data else set()), (path, method)
    if response.is_json:
        schema = content[response.mimetype]["schema"] | {"components": described["components"]}
        jsonschema.validate(response.json, schema, jsonschema.Draft202012Validator)
