"""The API's description in OpenAPI 3.1, made from the routes, their docstrings, the problems and the types.

What the code does not say by itself stands in `OPERATIONS`: an entry a route. A route under `/api` without one fails a
test.
"""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from flask import current_app, request
from werkzeug.routing import Rule

from pawsight import __version__
from pawsight.archive.mappers import ANYWAY
from pawsight.model.card import ModelCard
from pawsight.web.api import idempotency, problems, routes, schemas
from pawsight.web.state import state
from pawsight.web.uploads import FIELD

Json = dict[str, Any]

_REF = "#/components/schemas/{name}"
_PHOTO = ("image/jpeg", {"type": "string", "contentMediaType": "image/jpeg"})
_HEAT = ("image/png", {"type": "string", "contentMediaType": "image/png"})
_BODY, _BYTES = "image/*", "application/octet-stream"  # one photo as the whole body
_BAD_PHOTO = (
    *(
        "missing_image",
        "too_many_photos",
        "bad_key",
        "cross_site",
        "rate_limited",
        "empty_file",
        "payload_too_large",
        "unsupported_format",
    ),
    *("broken_image", "image_too_large", "image_too_complex"),
)


_ARCHIVE = ("bad_archive", "archive_unavailable")
_ANSWER = ("prediction_not_found", *_ARCHIVE)
_CHANGE = ("cross_site", "not_yours", "storage_full", *_ANSWER)


def _ref(name: str) -> Json:
    return {"$ref": _REF.format(name=name)}


def _json(schema: Json) -> tuple[str, Json]:
    return "application/json", schema


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(schema: Json) -> Json:
    return {"type": "array", "items": schema}


@dataclass(frozen=True)
class Operation:
    """What the code of a route does not say by itself.

    Attributes:
        status: of the good answer.
        says: what the good answer means.
        body: its media type and schema; None where it has none.
        problems: codes that may come in its place.
        query: name -> what a query parameter means; all are optional.
        takes_photos: whether it wants a form with photos.
        takes: the schema of the JSON that it wants; None where it wants none.
        headers: name -> what a header of the good answer means.
        takes_headers: name -> what a header of the request means; all are optional.
    """

    status: int
    says: str
    body: tuple[str, Json] | None = None
    problems: Sequence[str] = ()
    query: tuple[tuple[str, str], ...] = ()
    takes_photos: bool = False
    takes: Json | None = None
    headers: tuple[tuple[str, str], ...] = ()
    takes_headers: tuple[tuple[str, str], ...] = ()


_ENTRY = {"anyOf": [_ref("PredictionResponse"), _ref("FailedPrediction")]}
# endpoint -> its operation, in the order in which a newcomer should read them
OPERATIONS = {
    "api.create": Operation(
        201,
        "An entry a photo, in their order; at least one of them is an answer.",
        _json(_object(predictions=_list(_ENTRY))),
        (
            *_BAD_PHOTO,
            "model_not_found",
            "bad_model",
            "decoders_unavailable",
            "rate_limit_unavailable",
            "storage_full",
            *_ARCHIVE,
        ),
        query=(("model", "The name of the model that is to answer; the first without it. The form may say it too."),),
        takes_photos=True,
        headers=(("Location", "Where the answer is; only for a single photo."),),
        takes_headers=(
            (idempotency.HEADER, "A random text of 16 to 200 characters: sent again with it, photos are kept once."),
        ),
    ),
    "api.read": Operation(200, "The answer.", _json(_ref("PredictionResponse")), _ANSWER),
    "api.photo": Operation(200, "A JPEG of at most 512 pixels a side.", _PHOTO, _ANSWER),
    "api.heat": Operation(
        200,
        "The photo with bright places where it speaks for the class.",
        _HEAT,
        (*_ANSWER, "unknown_class", "model_not_found"),
        query=(("class", "Which class; the most likely one without it."),),
    ),
    "api.correct": Operation(
        200,
        "The answer, corrected; verdict and scores stay what they were.",
        _json(_ref("PredictionResponse")),
        ("bad_change", "unknown_class", *_CHANGE),
        takes=_ref("Change"),
    ),
    "api.delete": Operation(204, "It is gone.", None, _CHANGE),
    "api.delete_all": Operation(
        200,
        "How many are gone: those that came with the cookie `visitor` of this request.",
        _json(_object(forgotten={"type": "integer", "minimum": 0})),
        ("cross_site", "storage_full", *_ARCHIVE),
    ),
    "api.models": Operation(
        200, "The models, the one that answers by default first.", _json(_object(models=_list(_ref("Model"))))
    ),
    "docs.description": Operation(200, "The description.", _json({"type": "object"})),
    "health.live": Operation(200, "It answers.", _json(_ref("Alive"))),
    "health.ready": Operation(
        200,
        "It answers right.",
        _json(_ref("Ready")),
        ("bad_model", "rate_limit_unavailable", "storage_full", *_ARCHIVE),
    ),
}


def description() -> Json:
    """The whole description of the current app's API."""
    paths: dict[str, Json] = defaultdict(dict)
    for endpoint, operation in OPERATIONS.items():
        rule = next(current_app.url_map.iter_rules(endpoint))
        paths[path(rule)][_method(rule)] = _operation(rule, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pawsight",
            "version": __version__,
            "description": "Tells what is in a photo, how sure it is, and where it looked.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": request.root_path or "/"}],
        "paths": dict(paths),
        "components": {"schemas": _schemas() | {"Change": _change()}},
    }


def _classes() -> list[str]:
    """The classes of all models of this server."""
    return sorted({name for card in state().registry.cards() for name in card.classes})


def _change() -> Json:
    """The schema of a correction, with the classes that there are."""
    change = copy.deepcopy(_schemas()["Change"])
    correction = change["properties"]["correction"]
    correction.pop("type", None)
    correction["anyOf"] = [{"type": "string", "enum": [*_classes(), *ANYWAY]}, {"type": "null"}]
    return dict(change)


def path(rule: Rule) -> str:
    """A route as OpenAPI writes it: `/predictions/{id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def _method(rule: Rule) -> str:
    return next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"})).lower()


def _operation(rule: Rule, operation: Operation) -> Json:
    document: Json = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": (current_app.view_functions[rule.endpoint].__doc__ or "").strip().partition("\n")[0],
        "responses": {str(operation.status): _answer(operation), **_problems(operation.problems)},
    }
    parameters = [
        *map(_in_path, sorted(rule.arguments)),
        *(_optional("query", *one) for one in operation.query),
        *(_optional("header", *one) for one in operation.takes_headers),
    ]
    if parameters:
        document["parameters"] = parameters
    if operation.takes_photos:
        document["requestBody"] = _form()
    if operation.takes:
        document["requestBody"] = {"required": True, "content": {"application/json": {"schema": operation.takes}}}
    return document


def _answer(operation: Operation) -> Json:
    answer: Json = {"description": operation.says}
    if operation.headers:
        answer["headers"] = {
            name: {"description": says, "schema": {"type": "string"}} for name, says in operation.headers
        }
    if operation.body:
        kind, schema = operation.body
        answer["content"] = {kind: {"schema": schema}}
    return answer


def _problems(codes: Sequence[str]) -> Json:
    """The problems that an operation may answer with, by status; every operation may fail by our fault."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes:
        by_status[problems.KNOWN[code][0]].append(code)
    content = {problems.MEDIA_TYPE: {"schema": _ref("Problem")}}
    answers = {
        str(status): {"description": ", ".join(f"`{code}`" for code in found), "content": content}
        for status, found in sorted(by_status.items())
    }
    return answers | {"default": {"description": "Any other problem, such as `internal_error`.", "content": content}}


def _in_path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _optional(where: str, name: str, says: str) -> Json:
    schema: Json = {"type": "string"}
    if name == "class":
        schema["enum"] = _classes()
    elif name == idempotency.HEADER:
        schema["pattern"] = idempotency.HEADER_PATTERN
    return {"name": name, "in": where, "description": says, "schema": schema}


def _form() -> Json:
    photos = _list({"type": "string", "contentMediaType": _BYTES})
    photos["minItems"] = 1
    photos["description"] = "One or several photos, recognized by their bytes; names and claimed types mean nothing."
    form = _object(**{FIELD: photos})
    form["properties"]["model"] = {"type": "string", "description": "The name of the model that is to answer."}
    form["properties"][idempotency.FIELD] = {
        "type": "string",
        "pattern": idempotency.PATTERN,
        "description": f"The same as the header `{idempotency.HEADER}`.",
    }
    content: Json = {"multipart/form-data": {"schema": form, "encoding": {FIELD: {"contentType": _BODY}}}}
    content |= {kind: {"schema": {"type": "string", "contentMediaType": kind}} for kind in (_BODY, _BYTES)}
    return {"required": True, "content": content}


@cache
def _schemas() -> Json:
    """Every type that a question or an answer may be made of, by name."""
    answers = (
        schemas.PredictionResponse,
        schemas.FailedPrediction,
        schemas.Alive,
        schemas.Ready,
        problems.Problem,
        ModelCard,
    )
    _tops, found = msgspec.json.schema_components((*answers, routes.Change), ref_template=_REF)
    found["Model"] = _public(found.pop("ModelCard"))
    return {name: found[name] for name in sorted(found) if name not in ("File", "Golden")}


def _public(card: Json) -> Json:
    """The part of a card that the API shows, and the name under which predictions carry it."""
    shown = {name: card["properties"].get(name, {"type": "string"}) for name in routes.PUBLIC}
    about = "What a model says of itself; docs/model-folder.md describes each field."
    return {
        "type": "object",
        "description": about,
        "properties": shown,
        "required": list(shown),
        "additionalProperties": False,
    }
