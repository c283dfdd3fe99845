"""Pictures made from a seed, whose answers a model folder carries.

A model that was exported wrongly, whose outputs or channels were swapped, whose size or fit mode changed, or that runs
on a broken runtime, answers differently on them and is refused. They are made by a hash, so that every language and
version makes the same ones and no photo has to be shipped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from pawsight.card import Golden, ModelCard
from pawsight.errors import BadModel
from pawsight.images import fit
from pawsight.runtime import OUTPUTS, Outputs, Session
from pawsight.types import Pixels

SEED = "pawsight"
COUNT = 4
HEIGHT, WIDTH = 6, 9
HINT = "Export the model again, or install the runtime again."


def pictures(seed: str, count: int = COUNT) -> list[Pixels]:
    """Make `count` coarse mosaics: `(6, 9, 3)` uint8 each, out of SHAKE-256 of the seed and the number.

    They are small and not square on purpose: fitting them to a model magnifies every difference in resizing.
    """
    return [
        np.frombuffer(hashlib.shake_256(f"{seed} {number}".encode()).digest(HEIGHT * WIDTH * 3), np.uint8).reshape(
            HEIGHT, WIDTH, 3
        )
        for number in range(count)
    ]


def fitted(card: ModelCard) -> Pixels:
    """The golden pictures as this model wants them: `(N, size, size, 3)` uint8."""
    return np.stack(
        [
            fit(picture, card.input.size, card.input.fit, card.input.interpolation)
            for picture in pictures(card.golden.seed, len(card.golden.scores))
        ]
    )


def record(card: ModelCard, session: Session) -> Golden:
    """Let a model answer its golden pictures, for its card."""
    scores = _run(card, session).scores.astype(np.float64)
    rows = [dict(zip(card.classes, row, strict=True)) for row in np.round(scores, 6).tolist()]
    return Golden(seed=card.golden.seed, tolerance=card.golden.tolerance, scores=rows)


def blank(classes: Sequence[str], tolerance: float) -> Golden:
    """What stands in a card until its model has answered: `record` needs seed, number and tolerance from it."""
    return Golden(seed=SEED, tolerance=tolerance, scores=[dict.fromkeys(classes, 0.0)] * COUNT)


def replay(card: ModelCard, session: Session) -> None:
    """Compare a model's answers with those in its card.

    Raises:
        BadModel: the graph does not take pictures of the card's size, answers for another number of classes, or gives a
            score that differs by more than the card's tolerance.
    """
    out = _answer(card, session)
    scores = out.scores
    expected = np.array([[row[name] for name in card.classes] for row in card.golden.scores])
    if scores.shape != expected.shape:
        raise BadModel(
            f"Model {card.id} names {len(card.classes)} classes, but its graph gives {scores.shape[-1]} scores.", HINT
        )
    worst = float(np.abs(scores - expected).max())
    if not worst <= card.golden.tolerance:  # also true where a score is not a number
        raise BadModel(
            f"Model {card.id} does not answer its golden pictures as its card says: expected scores within "
            f"{card.golden.tolerance}, but one differs by {worst:.3f}.",
            HINT,
        )
    _check_evidence(card, out)


def _check_evidence(card: ModelCard, out: Outputs) -> None:
    """Features and maps are not in the card, but what is drawn and searched with them needs their shapes."""
    photos, classes = out.scores.shape
    if out.features.ndim != 2 or out.maps.ndim != 4 or len(out.features) != photos or len(out.maps) != photos:
        raise BadModel(f"Model {card.id} does not give features (N, D) and maps (N, h, w, C).", HINT)
    if out.maps.shape[3] != classes or not (np.isfinite(out.features).all() and np.isfinite(out.maps).all()):
        raise BadModel(f"Model {card.id} gives maps of other classes, or values that are no numbers.", HINT)


def _run(card: ModelCard, session: Session) -> Outputs:
    """One by one: a runtime keeps the memory of the largest batch that it has seen."""
    answers = [session.run(picture[None]) for picture in fitted(card)]
    return Outputs(*(np.concatenate([getattr(one, name) for one in answers]) for name in OUTPUTS))


def _answer(card: ModelCard, session: Session) -> Outputs:
    try:
        return _run(card, session)
    except Exception as error:  # a runtime's exceptions share no base but Exception
        raise BadModel(
            f"Model {card.id} cannot answer its golden pictures of {card.input.size} x {card.input.size} pixels "
            f"({' '.join(str(error).split())[:200]}).",
            HINT,
        ) from error
