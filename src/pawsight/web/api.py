"""`/api/v1`: answers as JSON. `docs/http-api.md` is its manual."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, jsonify, request, url_for

from pawsight.card import ModelCard
from pawsight.errors import ImageError
from pawsight.web import problems
from pawsight.web.answers import Answer, answer_or_error, heatmap
from pawsight.web.state import state
from pawsight.web.uploads import uploads

api = Blueprint("api", __name__, url_prefix="/api/v1")

PUBLIC = (
    *("id", "name", "version", "date", "classes", "input", "thresholds", "precision"),
    *("data", "metrics", "licence", "origin"),
)


@api.post("/predictions")
def create() -> Response:
    """Answer for one or several photos; 201 where at least one could be answered."""
    shared = state()
    outcomes = [answer_or_error(photo.data, shared.classifier) for photo in uploads(shared.settings)]
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    entries = [_entry(outcome) for outcome in outcomes]
    if not answers:
        return _refuse(outcomes, entries)
    for answer in answers:
        shared.recent.add(answer)
    response = jsonify(predictions=entries)
    response.status_code = 201
    if len(entries) == 1:
        response.location = url_for("api.read", id=answers[0].id)
    return response


def _refuse(outcomes: list[Answer | ImageError], entries: list[dict[str, Any]]) -> Response:
    """The problem of the first photo, and, where there were several, what is wrong with each."""
    more = {"predictions": entries} if len(entries) > 1 else {}
    return problems.respond(problems.describe(next(x for x in outcomes if isinstance(x, ImageError))), **more)


def _entry(outcome: Answer | ImageError) -> dict[str, Any]:
    if isinstance(outcome, ImageError):
        return {"error": {"code": outcome.code, "message": str(outcome)}}
    return _shown(outcome)


def _shown(answer: Answer) -> dict[str, Any]:
    links = {"photo": url_for("api.photo", id=answer.id), "heatmap": url_for("api.heat", id=answer.id)}
    return answer.to_dict() | links


@api.get("/predictions/<id>")
def read(id: str) -> Response:
    """An answer that was given before."""
    return jsonify(_shown(state().recent.get(id)))


@api.delete("/predictions/<id>")
def forget(id: str) -> tuple[str, int]:
    """Drop an answer and its picture."""
    state().recent.forget(id)
    return "", 204


@api.get("/predictions/<id>/photo.jpg")
def photo(id: str) -> Response:
    """The photo as the server kept it: small, upright, without metadata."""
    return Response(state().recent.get(id).photo, mimetype="image/jpeg")


@api.get("/predictions/<id>/heatmap.png")
def heat(id: str) -> Response:
    """Where the model looked for `?class=`; for the most likely class without it."""
    shared = state()
    answer = shared.recent.get(id)
    name = request.args.get("class", answer.prediction.label)
    return Response(heatmap(answer, shared.classifier.card, name), mimetype="image/png")


@api.get("/models")
def models() -> Response:
    """What the models here say of themselves."""
    return jsonify(models=[_public(state().classifier.card)])


def _public(card: ModelCard) -> dict[str, Any]:
    return {name: msgspec.to_builtins(getattr(card, name)) for name in PUBLIC}
