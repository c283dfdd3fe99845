"""A form with photos -> what is shown for each, for pages that work without a script."""

from __future__ import annotations

from flask import request

from pawsight.card import ModelCard
from pawsight.classifier import Classifier
from pawsight.web import problems
from pawsight.web.answers import Answer
from pawsight.web.problems import Problem
from pawsight.web.repeats import answer_all
from pawsight.web.state import state
from pawsight.web.uploads import Upload, uploads


def chosen() -> Classifier:
    """The model that the current request names in the field or query argument `model`; the first where in neither.

    Raises:
        ModelNotFound: none here has this name.
        BadModel: its folder cannot be trusted.
    """
    return state().shelf.get(request.form.get("model") or request.args.get("model", ""))


def answer_form() -> tuple[list[tuple[Upload, Answer | Problem]], int, ModelCard]:
    """Answer for every photo of the current request's form.

    Returns:
        each photo with its answer or what is wrong with it; the status: 200 where anything could be answered, else that
        of the first problem; the card of the model that answered.

    Raises:
        MissingImage, TooManyPhotos, RequestEntityTooLarge: see `uploads`.
        ModelNotFound, BadModel: see `chosen`.
        BadKey: see `answer_all`.
    """
    photos, classifier = uploads(state().settings), chosen()
    outcomes = answer_all(photos, classifier)
    shown = [x if isinstance(x, Answer) else problems.in_words(problems.describe(x)) for x in outcomes]
    failed = [x.status for x in shown if isinstance(x, Problem)]
    status = failed[0] if len(failed) == len(shown) else 200
    return list(zip(photos, shown, strict=True)), status, classifier.card
