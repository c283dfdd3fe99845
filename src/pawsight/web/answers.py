"""Uploads -> answers: the web's one way to the classifier and to what the archive remembers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import current_app

from pawsight import images
from pawsight.archive.entry import Entry
from pawsight.archive.store import Archive
from pawsight.card import Input
from pawsight.classifier import Classifier, Prediction
from pawsight.decoding import Decoders
from pawsight.errors import (
    ArchiveUnavailable,
    BadArchive,
    DecodersUnavailable,
    ImageError,
    PawsightError,
    StorageFull,
    UnknownLabel,
)
from pawsight.explain import heat, overlay, to_png
from pawsight.web.metrics import counted

_OURS = (StorageFull, ArchiveUnavailable, BadArchive, DecodersUnavailable)


@dataclass(frozen=True)
class Answer:
    """What one photo was answered, as the archive remembers it.

    Attributes:
        entry: its row.
        prediction: the classifier's answer.
        photo: a small upright JPEG made from the pixels, never the bytes that came.
    """

    entry: Entry
    prediction: Prediction
    photo: bytes

    def to_dict(self) -> dict[str, Any]:
        """The part that is shown, ready for JSON."""
        more = {"milliseconds": self.entry.milliseconds, "correction": self.entry.correction}
        return {"id": self.entry.id, **self.prediction.to_dict(), **more}


def answer(
    data: bytes, classifier: Classifier, archive: Archive, decoders: Decoders, visitor: str = "", id: str = ""
) -> Answer:
    """Answer for one photo and remember it; what this returns is on disk, where the archive has one.

    Args:
        data: the content of a file.
        classifier: that answers.
        archive: that remembers.
        decoders: that open the photo.
        visitor: the token of who brings it; empty where nobody says.
        id: of the answer; a random one where empty. Where one is kept under it already, it stays the only one.

    Raises:
        ImageError: one of its children, by what is wrong with the bytes.
        DecodersUnavailable: photos cannot be opened now.
        StorageFull, ArchiveUnavailable, BadArchive: it cannot be remembered, so it is not answered.
    """
    start = time.perf_counter()
    how, keep_metadata = classifier.card.input, archive.settings.keep_metadata
    photo, (prediction,) = decoders.open_for(
        lambda square: classifier.predict_fitted([square]), data, how, classifier.limits, keep_metadata=keep_metadata
    )
    took = round((time.perf_counter() - start) * 1000, 1)
    entry = archive.put(
        photo.stored,
        prediction,
        width=photo.width,
        height=photo.height,
        thumbnail=photo.thumbnail,
        visitor=visitor,
        milliseconds=took,
        id=id,
    )
    return Answer(entry, prediction, photo.thumbnail)


def answer_or_error(
    data: bytes, classifier: Classifier, archive: Archive, decoders: Decoders, visitor: str = "", id: str = ""
) -> Answer | PawsightError:
    """Answer for one photo of several: what is wrong with it must not cost the others their answers."""
    try:
        found = answer(data, classifier, archive, decoders, visitor, id)
    except ImageError as error:
        counted().answered(error)
        return error
    except _OURS as error:
        counted().answered(error)
        current_app.logger.error("%s", error)
        return error
    counted().answered(found.prediction)
    return found


def recall(id: str, archive: Archive) -> Answer:
    """Find an answer that was given before.

    Raises:
        EntryNotFound: it is not, or no longer, here.
    """
    entry, details = archive.get(id), archive.details(id)
    said = Prediction(entry.label, entry.verdict, entry.scores, entry.model, details.features, details.maps)
    return Answer(entry, said, details.thumbnail)


def heatmap(answer: Answer, how: Input, name: str) -> bytes:
    """Draw where the model looked for one class, over the small photo.

    Args:
        answer: to be explained.
        how: what part of a photo the model sees.
        name: of the class.

    Returns:
        a PNG.

    Raises:
        UnknownLabel: the model that answered has no class of that name.
    """
    classes = list(answer.prediction.scores)
    if name not in classes:
        raise UnknownLabel(
            f"Expected one of the classes {', '.join(classes)}, but another one was asked for.",
            "Choose one of them, or leave the class away for the most likely one.",
        )
    evidence = np.ascontiguousarray(answer.prediction.maps[:, :, classes.index(name)])
    return to_png(overlay(images.decode(answer.photo), heat(evidence), how))
