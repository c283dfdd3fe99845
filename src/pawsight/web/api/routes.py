"""`/api/v1`: predictions as JSON. `docs/http-api.md` is its manual."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from flask import Blueprint, Response, jsonify, request

from pawsight.errors import PawsightError
from pawsight.model.card import ModelCard
from pawsight.web.api import problems
from pawsight.web.security.visitor_cookie import check_owner, visitor_token
from pawsight.web.service import ClassifiedUpload, classify_request, heatmap, recall, thumbnail
from pawsight.web.state import state

api = Blueprint("api", __name__, url_prefix="/api/v1")

_MOST_BYTES = 10_000  # of a change
PUBLIC = (
    *("id", "name", "version", "date", "classes", "input", "thresholds", "precision"),
    *("data", "metrics", "licence", "origin"),
)


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """What can be changed of a prediction."""

    correction: Annotated[
        str | None, msgspec.Meta(description="What it shows: a class, `both` or `neither`; null takes that back.")
    ]


class BadChange(PawsightError):
    """The body of a correction is not valid JSON of the documented shape."""

    code = "bad_change"
    remedy = 'Send `{"correction": "cat"}`; [the API](http-api.md) shows the shape.'


@api.post("/predictions")
def create() -> Response:
    """Classify one or several photos; 201 where at least one could be classified."""
    outcomes = classify_request().outcomes
    answers = [outcome for outcome in outcomes if isinstance(outcome, ClassifiedUpload)]
    entries = [_entry(outcome) for outcome in outcomes]
    if not answers:
        return _refuse(outcomes, entries)
    response = jsonify(predictions=entries)
    response.status_code = 201
    if len(entries) == 1:
        response.location = _address(answers[0].entry.id)
    return response


def _refuse(outcomes: list[ClassifiedUpload | PawsightError], entries: list[dict[str, Any]]) -> Response:
    """The problem of the first photo, and, where there were several, what is wrong with each."""
    more = {"predictions": entries} if len(entries) > 1 else {}
    return problems.respond(problems.describe(next(x for x in outcomes if isinstance(x, PawsightError))), **more)


def _entry(outcome: ClassifiedUpload | PawsightError) -> dict[str, Any]:
    if isinstance(outcome, PawsightError):
        return {"error": {"code": outcome.code, "message": str(outcome)}}
    return _shown(outcome)


def _shown(answer: ClassifiedUpload) -> dict[str, Any]:
    guesses = answer.prediction.looks_like if state().settings.looks_like else []
    address = _address(answer.entry.id)
    return answer.to_dict() | {
        "looks_like": msgspec.to_builtins(guesses),
        "photo": f"{address}/photo.jpg",
        "heatmap": f"{address}/heatmap.png",
    }


def _address(id: str) -> str:
    """Return where a prediction is read, as `url_for` does in ten times the time."""
    return f"{request.script_root}{api.url_prefix}/predictions/{id}"


@api.delete("/predictions")
def delete_all() -> Response:
    """Delete all photos of this visitor."""
    return jsonify(forgotten=state().archive.delete_visitor(visitor_token()))


@api.get("/predictions/<id>")
def read(id: str) -> Response:
    """A prediction that was made before."""
    return jsonify(_shown(recall(id, state().archive)))


@api.patch("/predictions/<id>")
def correct(id: str) -> Response:
    """Store what a person says that a photo shows; null removes that."""
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
def delete(id: str) -> tuple[str, int]:
    """Delete a prediction and its photo for good."""
    archive = state().archive
    check_owner(id, archive)
    archive.delete(id)
    return "", 204


@api.get("/predictions/<id>/photo.jpg")
def photo(id: str) -> Response:
    """The photo as it is shown: small, upright, made from the pixels."""
    return _picture(_thumbnail(id), "image/jpeg", "photo.jpg")


@api.get("/predictions/<id>/heatmap.png")
def heat(id: str) -> Response:
    """Return the heat map for the class in `?class=`, or else for the most likely class."""
    shared = state()
    answer = recall(id, shared.archive)
    name = request.args.get("class", answer.prediction.label)
    drawn = heatmap(answer, _thumbnail(id), shared.registry.card(answer.prediction.model).input, name)
    return _picture(drawn, "image/png", "heatmap.png")


def _thumbnail(id: str) -> bytes:
    shared = state()
    return thumbnail(id, shared.archive, shared.decoders, shared.classifier)


def _picture(data: bytes, kind: str, name: str) -> Response:
    """A picture under a name of ours; the name of the upload is not stored."""
    return Response(data, mimetype=kind, headers={"Content-Disposition": f'inline; filename="{name}"'})


@api.get("/models")
def models() -> Response:
    """Return the cards of the models; the first is used where a request names none."""
    return jsonify(models=[_public(card) for card in state().registry.cards()])


def _public(card: ModelCard) -> dict[str, Any]:
    return {name: msgspec.to_builtins(getattr(card, name)) for name in PUBLIC}
