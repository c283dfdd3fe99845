"""A form with photos -> what is shown for each, for pages that work without a script."""

from __future__ import annotations

from pawsight.web import problems
from pawsight.web.answers import Answer, answer_or_error
from pawsight.web.problems import Problem
from pawsight.web.state import state
from pawsight.web.uploads import Upload, uploads
from pawsight.web.visitors import token


def answer_form() -> tuple[list[tuple[Upload, Answer | Problem]], int]:
    """Answer for every photo of the current request's form.

    Returns:
        each photo with its answer or what is wrong with it, and the status: 200 where anything could be answered, else
        that of the first problem.

    Raises:
        MissingImage, TooManyPhotos, RequestEntityTooLarge: see `uploads`.
    """
    shared = state()
    photos = uploads(shared.settings)
    outcomes = [
        answer_or_error(photo.data, shared.classifier, shared.archive, shared.decoders, token()) for photo in photos
    ]
    shown = [x if isinstance(x, Answer) else problems.in_words(problems.describe(x)) for x in outcomes]
    failed = [x.status for x in shown if isinstance(x, Problem)]
    return list(zip(photos, shown, strict=True)), failed[0] if len(failed) == len(shown) else 200
