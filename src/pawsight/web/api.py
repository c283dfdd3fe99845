"""`/api/v1`: answers as JSON. `docs/http-api.md` is its manual."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from flask import Blueprint, Response, jsonify, request, url_for

from pawsight.card import ModelCard
from pawsight.errors import PawsightError
from pawsight.web import problems
from pawsight.web.answers import Answer, heatmap, recall
from pawsight.web.forms import chosen
from pawsight.web.repeats import answer_all
from pawsight.web.state import state
from pawsight.web.uploads import uploads
from pawsight.web.visitors import check_owner, token

api = Blueprint("api", __name__, url_prefix="/api/v1")

_MOST_BYTES = 10_000  # of a change
PUBLIC = (
    *("id", "name", "version", "date", "classes", "input", "thresholds", "precision"),
    *("data", "metrics", "licence", "origin"),
)


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """What can be changed of an answer."""

    correction: Annotated[
        str | None, msgspec.Meta(description="What it shows: a class, `both` or `neither`; null takes that back.")
    ]


class BadChange(PawsightError):
    """The body of a change is not what it should be."""

    code = "bad_change"


@api.post("/predictions")
def create() -> Response:
    """Answer for one or several photos; 201 where at least one could be answered."""
    photos = uploads(state().settings)
    outcomes = answer_all(photos, chosen())
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    entries = [_entry(outcome) for outcome in outcomes]
    if not answers:
        return _refuse(outcomes, entries)
    response = jsonify(predictions=entries)
    response.status_code = 201
    if len(entries) == 1:
        response.location = url_for("api.read", id=answers[0].entry.id)
    return response


def _refuse(outcomes: list[Answer | PawsightError], entries: list[dict[str, Any]]) -> Response:
    """The problem of the first photo, and, where there were several, what is wrong with each."""
    more = {"predictions": entries} if len(entries) > 1 else {}
    return problems.respond(problems.describe(next(x for x in outcomes if isinstance(x, PawsightError))), **more)


def _entry(outcome: Answer | PawsightError) -> dict[str, Any]:
    if isinstance(outcome, PawsightError):
        return {"error": {"code": outcome.code, "message": str(outcome)}}
    return _shown(outcome)


def _shown(answer: Answer) -> dict[str, Any]:
    id = answer.entry.id
    return answer.to_dict() | {"photo": url_for("api.photo", id=id), "heatmap": url_for("api.heat", id=id)}


@api.delete("/predictions")
def forget_all() -> Response:
    """Forget all that this visitor brought."""
    return jsonify(forgotten=state().archive.forget_visitor(token()))


@api.get("/predictions/<id>")
def read(id: str) -> Response:
    """An answer that was given before."""
    return jsonify(_shown(recall(id, state().archive)))


@api.patch("/predictions/<id>")
def correct(id: str) -> Response:
    """Note what a person says a photo shows; null takes that back."""
    archive = state().archive
    check_owner(id, archive)
    archive.correct(id, _change().correction)
    return jsonify(_shown(recall(id, archive)))


def _change() -> Change:
    request.max_content_length = _MOST_BYTES
    try:
        return msgspec.json.decode(request.get_data(), type=Change)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadChange(
            'Expected JSON like {"correction": "cat"} or {"correction": null}, but something else came.',
            "Send one of the model's classes, both, neither or null.",
        ) from error


@api.delete("/predictions/<id>")
def forget(id: str) -> tuple[str, int]:
    """Forget an answer and its photo for good."""
    archive = state().archive
    check_owner(id, archive)
    archive.forget(id)
    return "", 204


@api.get("/predictions/<id>/photo.jpg")
def photo(id: str) -> Response:
    """The photo as it is shown: small, upright, made from the pixels."""
    return _picture(recall(id, state().archive).photo, "image/jpeg", "photo.jpg")


@api.get("/predictions/<id>/heatmap.png")
def heat(id: str) -> Response:
    """Where the model that answered looked for `?class=`; for the most likely class without it."""
    shared = state()
    answer = recall(id, shared.archive)
    name = request.args.get("class", answer.prediction.label)
    drawn = heatmap(answer, shared.shelf.card(answer.prediction.model).input, name)
    return _picture(drawn, "image/png", "heatmap.png")


def _picture(data: bytes, kind: str, name: str) -> Response:
    """A picture under a name of ours: whatever the upload was called is not known any more."""
    return Response(data, mimetype=kind, headers={"Content-Disposition": f'inline; filename="{name}"'})


@api.get("/models")
def models() -> Response:
    """What the models here say of themselves; the first answers where a request names none."""
    return jsonify(models=[_public(card) for card in state().shelf.cards()])


def _public(card: ModelCard) -> dict[str, Any]:
    return {name: msgspec.to_builtins(getattr(card, name)) for name in PUBLIC}
