"""What happens to the photos of a request: read, limited, decoded, classified, stored. The one orchestrator."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import current_app, request

from pawsight import images
from pawsight.archive.entry import ArchiveEntry
from pawsight.archive.store import Archive
from pawsight.classifier import Classifier, Prediction
from pawsight.decoding import DecoderPool
from pawsight.errors import (
    ArchiveUnavailable,
    BadArchive,
    DecodersUnavailable,
    EntryNotFound,
    ImageError,
    PawsightError,
    StorageFull,
    UnknownLabel,
)
from pawsight.explain import heat, overlay, to_png
from pawsight.model.card import Input
from pawsight.web.api.idempotency import request_ids
from pawsight.web.operations.metrics import server_metrics
from pawsight.web.security.visitor_cookie import visitor_token
from pawsight.web.state import state
from pawsight.web.uploads import Upload, uploads

_OURS = (StorageFull, ArchiveUnavailable, BadArchive, DecodersUnavailable)


@dataclass(frozen=True)
class ClassifiedUpload:
    """The prediction for one photo, as the archive keeps it.

    Attributes:
        entry: its row.
        prediction: of the classifier.
    """

    entry: ArchiveEntry
    prediction: Prediction

    def to_dict(self) -> dict[str, Any]:
        """The part that is shown, ready for JSON."""
        more = {"milliseconds": self.entry.milliseconds, "correction": self.entry.correction}
        return {"id": self.entry.id, **self.prediction.to_dict(), **more}


@dataclass(frozen=True)
class ClassifiedRequest:
    """The photos of a request, what became of each, and the model that classified them."""

    photos: list[Upload]
    outcomes: list[ClassifiedUpload | PawsightError]
    classifier: Classifier


def classify_request() -> ClassifiedRequest:
    """Classify every photo of the current request, and store it; one that was sent before with the same key is found.

    Raises:
        MissingImage, TooManyPhotos, RequestEntityTooLarge: see `uploads`.
        ModelNotFound, BadModel: the request names a model that is not here, or that cannot be trusted.
        BadKey: its idempotency key cannot be one.
        RateLimited, RateLimitUnavailable: see `RateLimits.take_photos`.
    """
    shared = state()
    photos = uploads(shared.settings)
    classifier = shared.registry.get(request.form.get("model") or request.args.get("model", ""))
    ids = request_ids(photos)
    shared.limits.take_photos(request.remote_addr or "", [len(photo.data) for photo in photos])
    outcomes = [_outcome(photo.data, id, classifier) for photo, id in zip(photos, ids, strict=True)]
    return ClassifiedRequest(photos, outcomes, classifier)


def _outcome(data: bytes, id: str, classifier: Classifier) -> ClassifiedUpload | PawsightError:
    shared = state()
    if id:
        try:
            return recall(id, shared.archive)
        except EntryNotFound:
            pass  # the first time, or deleted since
    return classify_or_error(data, classifier, shared.archive, shared.decoders, visitor_token(), id)


def classify_upload(
    data: bytes, classifier: Classifier, archive: Archive, decoders: DecoderPool, visitor: str = "", id: str = ""
) -> ClassifiedUpload:
    """Predict for one photo and keep it; what this returns is on disk, where the archive has one.

    Args:
        data: the content of a file.
        classifier: that predicts.
        archive: that keeps it.
        decoders: that decode the photo.
        visitor: the token of the sender; empty where there is none.
        id: of the prediction; a random one where empty. Where one is kept under it already, it stays the only one.

    Raises:
        ImageError: one of its children, by what is wrong with the bytes.
        DecodersUnavailable: photos cannot be decoded now.
        StorageFull, ArchiveUnavailable, BadArchive: it cannot be kept, so there is no prediction.
    """
    start = time.perf_counter()
    photo = decoders.open(
        data,
        classifier.card.input,
        classifier.limits,
        keep_metadata=archive.settings.keep_metadata,
        thumbnail=archive.files is None,  # else it is made of the file, when it is first asked for
    )

    def predict() -> tuple[Prediction, float]:
        prediction = classifier.predict_shared(photo.square)
        return prediction, round((time.perf_counter() - start) * 1000, 1)

    entry, prediction = archive.put_while(
        photo.stored,
        predict,
        width=photo.width,
        height=photo.height,
        thumbnail=photo.thumbnail,
        visitor=visitor,
        id=id,
    )
    return ClassifiedUpload(entry, prediction)


def classify_or_error(
    data: bytes, classifier: Classifier, archive: Archive, decoders: DecoderPool, visitor: str = "", id: str = ""
) -> ClassifiedUpload | PawsightError:
    """Predict for one photo of several: what is wrong with it must not cost the others their predictions."""
    try:
        found = classify_upload(data, classifier, archive, decoders, visitor, id)
    except ImageError as error:
        server_metrics().answered(error)
        return error
    except _OURS as error:
        server_metrics().answered(error)
        current_app.logger.error("%s", error)
        return error
    server_metrics().answered(found.prediction)
    return found


def recall(id: str, archive: Archive) -> ClassifiedUpload:
    """Find a prediction that was made before.

    Raises:
        EntryNotFound: it is not, or no longer, here.
    """
    entry, details = archive.get(id), archive.details(id)
    made = Prediction(
        entry.label,
        entry.verdict,
        entry.scores,
        entry.model,
        details.features,
        details.maps,
        looks_like=list(details.looks_like),
    )
    return ClassifiedUpload(entry, made)


def thumbnail(id: str, archive: Archive, decoders: DecoderPool, classifier: Classifier) -> bytes:
    """Return a small upright JPEG made from a photo's pixels; it is made when it is first asked for, and kept.

    Raises:
        EntryNotFound: the photo is not, or no longer, here.
        BadArchive: its file cannot be opened any more.
        DecodersUnavailable: photos cannot be decoded now.
    """
    if kept := archive.details(id).thumbnail:
        return kept
    try:
        photo = decoders.open(archive.photo(id), classifier.card.input, classifier.limits, thumbnail=True)
    except ImageError as error:  # the fault of no request: it could be opened when it was uploaded
        raise BadArchive(
            "The stored photo cannot be opened.", "Its file is damaged, or the limits are lower than at its upload."
        ) from error
    with suppress(StorageFull, ArchiveUnavailable):  # the next request makes it again
        archive.keep_thumbnail(id, photo.thumbnail)
    return photo.thumbnail


def heatmap(upload: ClassifiedUpload, photo: bytes, how: Input, name: str) -> bytes:
    """Draw where the model looked for one class, over the small photo.

    Args:
        upload: to be explained.
        photo: its thumbnail.
        how: what part of a photo the model sees.
        name: of the class.

    Returns:
        a PNG.

    Raises:
        UnknownLabel: the model that predicted has no class of that name.
    """
    classes = list(upload.prediction.scores)
    if name not in classes:
        raise UnknownLabel(
            f"Expected one of the classes {', '.join(classes)}, but another one was asked for.",
            "Choose one of them, or leave the class away for the most likely one.",
        )
    evidence = np.ascontiguousarray(upload.prediction.maps[:, :, classes.index(name)])
    return to_png(overlay(images.decode(photo), heat(evidence), how))
