"""Forecast what learning from these photos will give, before it starts."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pawsight.data.sources import NEITHER
from pawsight.learn.cross_validation import held_photos, planned_work
from pawsight.learn.curve import Curve
from pawsight.learn.error_projection import ErrorProjection, middle_and_range
from pawsight.learn.model_selection import STRENGTHS
from pawsight.learn.photos import LabeledPhotos
from pawsight.model.forecast import ClassForecast, Confusion, Forecast, PossibleMislabel

_THE_REST = 4.0  # seconds, for resampled intervals, figures and files


def make_forecast(labeled: LabeledPhotos, curve: Curve, counts: Counter[str | None], seed: int) -> Forecast:
    """Put a forecast together.

    Args:
        labeled: the photos that were looked at.
        curve: measured on them.
        counts: label -> files there are, looked at or not; None for those outside any class.
        seed: of the draws.
    """
    files, looked = counts.total(), labeled.opened
    projection = ErrorProjection.draw(curve, np.random.default_rng(seed))
    held = {name: held_photos(files, counts[name]) for name in labeled.classes}
    hits = {name: projection.hits(name, counts[name], held[name]) for name in labeled.classes}
    return Forecast(
        files=files,
        looked=looked,
        seconds=_seconds(labeled, curve, files, looked),
        accuracy=middle_and_range(np.sum(list(hits.values()), axis=0) / sum(held.values())),
        classes={
            name: ClassForecast(
                photos=counts[name],
                found=middle_and_range(hits[name] / held[name]),
                more=projection.more(name, counts[name]),
            )
            for name in labeled.classes
        },
        neither=0 if NEITHER in labeled.left_out else counts[NEITHER],
        confusions=_confusions(labeled, curve),
        suspects=_suspects(labeled, curve),
        unsure=curve.unsure,
        refused=curve.refused,
        false_accepts=curve.false_accepts,
        exclusive=labeled.exclusive,
        in_several=len(labeled.in_several),
        twins=[[photo.path for photo in photos] for photos in labeled.twins],
        bad=labeled.bad,
        left_out=labeled.left_out,
    )


def _seconds(labeled: LabeledPhotos, curve: Curve, files: int, looked: int) -> float:
    opening = (files - looked) * labeled.seconds / looked
    return opening + planned_work(files, len(STRENGTHS)) * curve.cost + _THE_REST


def _confusions(labeled: LabeledPhotos, curve: Curve) -> list[Confusion]:
    wrong = Counter(
        (true, predicted) for true, predicted in zip(labeled.labels, curve.predicted, strict=True) if true != predicted
    )
    return [Confusion(true, predicted, number, curve.seen[true]) for (true, predicted), number in wrong.most_common()]


def _suspects(labeled: LabeledPhotos, curve: Curve) -> list[PossibleMislabel]:
    own = (curve.scores * labeled.targets).sum(axis=1)
    top, place = curve.scores.max(axis=1), curve.scores.argmax(axis=1)
    found = [
        PossibleMislabel(photo.path, photo.label, labeled.classes[place[number]], float(top[number]))
        for number, photo in enumerate(labeled.photos)
        if own[number] < 0.5 <= top[number]
    ]
    return sorted(found, key=lambda suspect: -suspect.score)
