"""Classify the photos of a form, for pages that work without a script."""

from __future__ import annotations

from pawsight.model.card import ModelCard
from pawsight.web.api import problems
from pawsight.web.api.problems import Problem
from pawsight.web.service import ClassifiedUpload, classify_request
from pawsight.web.uploads import Upload


def classify_form() -> tuple[list[tuple[Upload, ClassifiedUpload | Problem]], int, ModelCard]:
    """Classify every photo of the current request's form.

    Returns:
        each photo with its prediction or what is wrong with it; the status: 200 where any could be classified, else
        that of the first problem; the card of the model.

    Raises:
        As `service.classify_request`.
    """
    done = classify_request()
    shown = [x if isinstance(x, ClassifiedUpload) else problems.in_words(problems.describe(x)) for x in done.outcomes]
    failed = [x.status for x in shown if isinstance(x, Problem)]
    status = failed[0] if len(failed) == len(shown) else 200
    return list(zip(done.photos, shown, strict=True)), status, done.classifier.card
