"""`/docs`: the API for people, made from the same description that programs get at `/api/openapi.json`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, render_template
from markupsafe import Markup, escape

from pawsight.web.api import openapi, problems
from pawsight.web.security.hosts import base_url

docs = Blueprint("docs", __name__)

# name, the file in templates/examples, and how to run it
_EXAMPLES = (
    ("curl", "curl.txt", ""),
    ("Python", "python.txt", "pip install requests && python ask.py"),
    ("JavaScript", "javascript.txt", "node ask.mjs   # Node.js 20 or later"),
)


@dataclass(frozen=True)
class EndpointDoc:
    """One operation: how it is called, what the description says of it, and a command that calls it."""

    method: str
    path: str
    says: dict[str, Any]
    command: str


@docs.get("/api/openapi.json")
def description() -> Response:
    """This API, described in OpenAPI 3.1."""
    return jsonify(openapi.description())


@docs.get("/docs")
def page() -> str:
    """The API on a page, with examples that run as they stand, against this very server."""
    described, server = openapi.description(), base_url()
    return render_template(
        "docs.html",
        examples=[(name, render_template(f"examples/{file}", server=server), how) for name, file, how in _EXAMPLES],
        entries=list(_entries(described, server)),
        schemas=described["components"]["schemas"],
        problems=problems.known(),
    )


def _entries(described: dict[str, Any], server: str) -> Iterator[EndpointDoc]:
    """Every operation, in the order of `openapi.OPERATIONS`: what deletes a prediction comes after what shows it."""
    found = [(path, *one) for path, methods in described["paths"].items() for one in methods.items()]
    order = [endpoint.partition(".")[2] for endpoint in openapi.OPERATIONS]
    for path, method, says in sorted(found, key=lambda one: order.index(one[2]["operationId"])):
        yield EndpointDoc(method.upper(), path, says, _command(method.upper(), server + path, says))


def _command(method: str, address: str, says: dict[str, Any]) -> str:
    """A line of shell; `$ID` is what the first example has set."""
    words = ["curl", *(["-X", method] if method not in ("GET", "POST") else [])]
    takes = says.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in takes:
        words += ["-F", "image=@felix.jpg", "-F", "image=@felix.jpg"]
    if "application/json" in takes:
        words += ["-H", "'Content-Type: application/json'", "-d", """'{"correction": "dog"}'"""]
    if not address.endswith(".json") and "." in (name := address.rpartition("/")[2]):
        words += ["-o", name]
    return " ".join([*words, address.replace("{id}", "$ID")])


def codes(text: str) -> Markup:
    """Render the little Markdown that descriptions use: what stands in `backticks` becomes code."""
    plain = str(escape(text))  # as plain text: joining the parts of a Markup would escape the tags, too
    return Markup(re.sub("`(.*?)`", r"<code>\1</code>", plain))  # noqa: S704  # escaped before


def kind(schema: dict[str, Any]) -> str:
    """Return what a schema wants, in a few words: `list of PredictionResponse or Failed`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f'"{one}"' for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}"
    if isinstance(values := schema.get("additionalProperties"), dict) and values:
        return f"object of {kind(values)}"
    if inside := schema.get("properties"):
        return f"object with {', '.join(f'{name} ({kind(one)})' for name, one in inside.items())}"
    return str(schema.get("type", "anything"))


def install(app: Flask) -> None:
    """Register the filters that show a description."""
    app.jinja_env.filters.update(codes=codes, kind=kind)
