"""Uploads -> answers: the web's one way to the classifier."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from pawsight.card import ModelCard
from pawsight.classifier import Classifier, Prediction
from pawsight.errors import ImageError, PawsightError
from pawsight.explain import heat, overlay, to_png
from pawsight.images import decode
from pawsight.thumbnail import thumbnail


class UnknownClass(PawsightError):
    """A heat map was asked for a class that the model does not know."""

    code = "unknown_class"


@dataclass(frozen=True)
class Answer:
    """What one photo was answered.

    Attributes:
        id: random, so that nobody finds another's photo by counting.
        prediction: the classifier's answer.
        milliseconds: from the bytes to this answer.
        photo: a small upright JPEG made from the pixels, never the bytes that came.
    """

    id: str
    prediction: Prediction
    milliseconds: float
    photo: bytes

    def to_dict(self) -> dict[str, Any]:
        """The part that is shown, ready for JSON."""
        return {"id": self.id, **self.prediction.to_dict(), "milliseconds": self.milliseconds}


def answer(data: bytes, classifier: Classifier) -> Answer:
    """Answer for one photo.

    Raises:
        ImageError: one of its children, by what is wrong with the bytes.
    """
    start = time.perf_counter()
    pixels = classifier.decode(data)
    prediction = classifier.predict_fitted([classifier.fit(pixels)])[0]
    photo = thumbnail(pixels)
    return Answer(secrets.token_hex(16), prediction, round((time.perf_counter() - start) * 1000, 1), photo)


def answer_or_error(data: bytes, classifier: Classifier) -> Answer | ImageError:
    """Answer for one photo of several: what is wrong with it must not cost the others their answers."""
    try:
        return answer(data, classifier)
    except ImageError as error:
        return error


def heatmap(answer: Answer, card: ModelCard, name: str) -> bytes:
    """Draw where the model looked for one class, over the small photo.

    Returns:
        a PNG.

    Raises:
        UnknownClass: the model has no class of that name.
    """
    if name not in card.classes:
        raise UnknownClass(
            f"Expected one of the classes {', '.join(card.classes)}, but another one was asked for.",
            "Choose one of them, or leave the class away for the most likely one.",
        )
    evidence = np.ascontiguousarray(answer.prediction.maps[:, :, card.classes.index(name)])
    return to_png(overlay(decode(answer.photo), heat(evidence), card.input))
