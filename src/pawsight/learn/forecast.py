"""What will come of learning from these photos, told before it starts."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pawsight.data.sources import NEITHER
from pawsight.foretold import ClassForecast, Confusion, Forecast, Suspect
from pawsight.learn.album import Album
from pawsight.learn.choose import STRENGTHS
from pawsight.learn.curve import Curve
from pawsight.learn.fates import Fates, middle_and_range
from pawsight.learn.folds import held_photos, planned_work

_THE_REST = 4.0  # seconds, for resampled intervals, figures and files


def make_forecast(album: Album, curve: Curve, counts: Counter[str | None], seed: int) -> Forecast:
    """Put a forecast together.

    Args:
        album: the photos that were looked at.
        curve: measured on them.
        counts: label -> files there are, looked at or not; None for those outside any class.
        seed: of the draws.
    """
    files, looked = counts.total(), len(album.photos) + len(album.bad)
    fates = Fates.draw(curve, np.random.default_rng(seed))
    held = {name: held_photos(files, counts[name]) for name in album.classes}
    hits = {name: fates.hits(name, counts[name], held[name]) for name in album.classes}
    return Forecast(
        files=files,
        looked=looked,
        seconds=_seconds(album, curve, files, looked),
        accuracy=middle_and_range(np.sum(list(hits.values()), axis=0) / sum(held.values())),
        classes={
            name: ClassForecast(
                photos=counts[name],
                found=middle_and_range(hits[name] / held[name]),
                more=fates.more(name, counts[name]),
            )
            for name in album.classes
        },
        neither=counts[NEITHER],
        confusions=_confusions(album, curve),
        suspects=_suspects(album, curve),
        twins=[[photo.path for photo in photos] for photos in album.twins],
        bad=album.bad,
    )


def _seconds(album: Album, curve: Curve, files: int, looked: int) -> float:
    opening = (files - looked) * album.seconds / looked
    return opening + planned_work(files, len(STRENGTHS)) * curve.cost + _THE_REST


def _confusions(album: Album, curve: Curve) -> list[Confusion]:
    wrong = Counter((true, told) for true, told in zip(album.labels, curve.told, strict=True) if true != told)
    return [Confusion(true, told, number, curve.seen[true]) for (true, told), number in wrong.most_common()]


def _suspects(album: Album, curve: Curve) -> list[Suspect]:
    own = (curve.scores * album.targets).sum(axis=1)
    top, place = curve.scores.max(axis=1), curve.scores.argmax(axis=1)
    found = [
        Suspect(photo.path, photo.label, album.classes[place[number]], float(top[number]))
        for number, photo in enumerate(album.photos)
        if own[number] < 0.5 <= top[number]
    ]
    return sorted(found, key=lambda suspect: -suspect.score)
