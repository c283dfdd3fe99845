"""Photos to look at: what the model got wrong, where it looked, and which training photos look alike."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pawsight.classifier import Classifier, Prediction
from pawsight.data import Dataset
from pawsight.evaluate.neighbours import Neighbour, nearest
from pawsight.evaluate.run import Evaluation
from pawsight.explain import heat, overlay
from pawsight.images.thumbnail import thumbnail
from pawsight.types import Pixels, ProgressHook

LOOKALIKES = 3
LARGE, SMALL = 240, 96  # pixels


@dataclass(frozen=True)
class Lookalike:
    """A training photo that looks alike to the model.

    Attributes:
        label: it was trained with.
        similarity: cosine of the features, -1..1.
        photo: as a `data:` address.
    """

    label: str
    similarity: float
    photo: str


@dataclass(frozen=True)
class GalleryPhoto:
    """A photo of the split, and everything there is to see about its answer.

    Attributes:
        path: of the photo.
        label: as published.
        correction: what a person says it shows; None where nobody corrected it.
        prediction: the answer.
        photo, heat: as `data:` addresses, the second with the heat map of the label over it.
        lookalikes: the nearest training photos.
    """

    path: str
    label: str
    correction: str | None
    prediction: Prediction
    photo: str
    heat: str
    lookalikes: list[Lookalike]


def mistakes(result: Evaluation) -> list[int]:
    """Return the places of the wrongly predicted photos of one class, the most confident mistake first."""
    wrong = np.flatnonzero(result.single & ~result.right)
    true = (result.scores * result.targets).sum(axis=1)
    return [int(place) for place in sorted(wrong, key=lambda place: true[place] - result.scores[place].max())]


def false_accepts(result: Evaluation) -> list[int]:
    """Places of the photos of none of the classes, the one with the highest score first."""
    none = np.flatnonzero(result.targets.sum(axis=1) == 0)
    return [int(place) for place in sorted(none, key=lambda place: -result.scores[place].max())]


def show(
    places: Sequence[int],
    result: Evaluation,
    classifier: Classifier,
    data: Dataset,
    corrections: Mapping[str, str],
    watch: ProgressHook,
) -> list[GalleryPhoto]:
    """Everything there is to see about some answers.

    Args:
        places: of the photos in the evaluation.
        corrections: path -> label, as `read_corrections` gives them.
    """
    if not places:
        return []
    indices = [int(index) for index in data.indices(result.split)[list(places)]]
    photos = [classifier.decode(photo) for photo in data.photos(indices)]
    answers = [classifier.predict_fitted([classifier.fit(photo)])[0] for photo in photos]
    features = np.stack([answer.features for answer in answers])
    # One more than is shown: a photo of the training split is its own nearest neighbour.
    found = nearest(classifier, data, features, LOOKALIKES + 1, watch)
    return [
        _case(data, index, photo, answer, neighbours, classifier, corrections)
        for index, photo, answer, neighbours in zip(indices, photos, answers, found, strict=True)
    ]


def _case(
    data: Dataset,
    index: int,
    photo: Pixels,
    answer: Prediction,
    neighbours: Sequence[Neighbour],
    classifier: Classifier,
    corrections: Mapping[str, str],
) -> GalleryPhoto:
    row, card = data.rows[index], classifier.card
    evidence = answer.maps[:, :, card.classes.index(answer.label)]
    others = [one for one in neighbours if one.place != index][:LOOKALIKES]
    alike = [
        Lookalike(data.rows[one.place].label, one.similarity, embed(data.pixels[one.place], SMALL)) for one in others
    ]
    return GalleryPhoto(
        path=row.path,
        label=row.label,
        correction=corrections.get(row.path),
        prediction=answer,
        photo=embed(photo, LARGE),
        heat=embed(overlay(photo, heat(evidence), card.input), LARGE),
        lookalikes=alike,
    )


def embed(photo: Pixels, longest: int) -> str:
    """A photo as the address of an `<img>` that needs no other file."""
    return f"data:image/jpeg;base64,{base64.b64encode(thumbnail(photo, longest)).decode()}"
