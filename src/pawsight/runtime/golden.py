"""Pictures made from a seed, whose predictions a model folder carries.

A model whose channels, classes or maps were swapped or turned, whose size or fit mode changed, or that runs on a broken
runtime, predicts something else on them and is refused. They are made by a hash, so that every language and version
makes the same ones and no photo has to be shipped.

Scores alone notice too little: where all are near 0, a swap changes none of them by much. So logits are compared as
well, and sketches of maps and features: projections on random signs, which keep distances (Achlioptas 2003) and take
little room in a card.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pawsight.errors import BadModel
from pawsight.images import fit
from pawsight.model.card import Golden, ModelCard
from pawsight.runtime import OUTPUTS, InferenceSession, Outputs
from pawsight.types import Floats, Pixels

SEED = "pawsight"
COUNT = 4
PROJECTIONS = 16
LOGITS_TOLERANCE = 1.5
LEAST_SCORE = 0.005  # scores below differ by rounding alone, once they have become logits
# Of the lengths of what is expected. Measured on the shipped models: another precision makes up to 0.13, and swapped or
# turned channels, classes or maps 0.45 or more, of maps; of features, only exchanged ones should be noticed.
MAPS_TOLERANCE = 0.3
FEATURES_TOLERANCE = 0.7
TINY = 1e-3
HEIGHT, WIDTH = 6, 9
HINT = "Export the model again, or install the runtime again."

Numbers = npt.NDArray[np.floating]


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
    """Return the golden pictures as this model wants them: `(N, size, size, 3)` uint8."""
    return np.stack(
        [
            fit(picture, card.input.size, card.input.fit, card.input.interpolation)
            for picture in pictures(card.golden.seed, len(card.golden.scores))
        ]
    )


def record(card: ModelCard, session: InferenceSession) -> Golden:
    """Let a model predict its golden pictures, for its card."""
    out = _run(card, session)
    rows = np.round(out.scores.astype(np.float64), 6).tolist()
    maps = [{name: row[:, place].tolist() for place, name in enumerate(card.classes)} for row in _sketch_maps(out.maps)]
    return Golden(
        seed=card.golden.seed,
        tolerance=card.golden.tolerance,
        scores=[dict(zip(card.classes, row, strict=True)) for row in rows],
        maps=maps,
        features=_sketch(_centered(out.features)).tolist(),
    )


def blank(classes: Sequence[str], tolerance: float) -> Golden:
    """Make what stands in a card until its model has predicted: `record` needs seed, number and tolerance from it."""
    return Golden(seed=SEED, tolerance=tolerance, scores=[dict.fromkeys(classes, 0.0)] * COUNT)


def replay(card: ModelCard, session: InferenceSession) -> None:
    """Compare a model's predictions with those in its card.

    Raises:
        BadModel: the graph does not take pictures of the card's size, predicts another number of classes, or differs
            from the card by more than is tolerated.
    """
    out = _predict(card, session)
    if out.scores.shape != (len(card.golden.scores), len(card.classes)):
        raise BadModel(
            f"Model {card.id} names {len(card.classes)} classes, but its graph gives {out.scores.shape[-1]} scores.",
            HINT,
        )
    _check_evidence(card, out)
    for what, difference, tolerance in differences(card, out):
        if not difference <= tolerance:  # also true where a value is not a number
            raise BadModel(
                f"Model {card.id} does not predict its golden pictures as its card says: {what} differ by "
                f"{difference:.3f}, more than {tolerance:g}.",
                HINT,
            )


def differences(card: ModelCard, out: Outputs) -> list[tuple[str, float, float]]:
    """Compare outputs for the golden pictures with a card.

    Returns:
        What was compared, the largest difference, and the difference that is tolerated.
    """
    golden = card.golden
    scores = np.array([[row[name] for name in card.classes] for row in golden.scores])
    found = [
        ("scores", float(np.abs(out.scores - scores).max()), golden.tolerance),
        ("logits", float(np.abs(_logits(out.scores) - _logits(scores)).max()), LOGITS_TOLERANCE),
    ]
    if golden.maps:
        maps = np.array([np.stack([row[name] for name in card.classes], axis=1) for row in golden.maps])
        found.append(("maps", _distance(_sketch_maps(out.maps), maps), MAPS_TOLERANCE))
    if golden.features:
        features = np.array(golden.features)
        found.append(("features", _distance(_sketch(_centered(out.features)), features), FEATURES_TOLERANCE))
    return found


def _logits(scores: Numbers) -> Numbers:
    kept = np.clip(scores.astype(np.float64), LEAST_SCORE, 1 - LEAST_SCORE)
    logits: Numbers = np.log(kept / (1 - kept))
    return logits


def _sketch_maps(maps: Floats) -> Numbers:
    """Return sketches of maps without their means over places, which scores tell: `(N, PROJECTIONS, C)`."""
    flat = _centered(maps.reshape(len(maps), -1, maps.shape[3]))
    return np.stack([_sketch(flat[:, :, place]) for place in range(flat.shape[2])], axis=2)


def _centered(values: Floats) -> Numbers:
    centered: Numbers = values.astype(np.float64) - values.mean(axis=1, keepdims=True, dtype=np.float64)
    return centered


def _sketch(vectors: Numbers) -> Numbers:
    """Project vectors `(N, D)` on `PROJECTIONS` vectors of random signs: `(N, PROJECTIONS)`, to four digits."""
    length = vectors.shape[1]
    bits = hashlib.shake_256(f"{SEED} signs".encode()).digest(-(-length * PROJECTIONS // 8))
    signs = np.unpackbits(np.frombuffer(bits, np.uint8))[: length * PROJECTIONS].reshape(length, PROJECTIONS)
    sketch: Numbers = np.round(vectors @ (2.0 * signs - 1) / np.sqrt(PROJECTIONS), 4)
    return sketch


def _distance(received: Numbers, expected: Numbers) -> float:
    """Return how far sketches lie apart, as a share of the expected ones' length."""
    if received.shape != expected.shape:
        return float("inf")
    return float(np.linalg.norm(received - expected) / max(float(np.linalg.norm(expected)), TINY))


def _check_evidence(card: ModelCard, out: Outputs) -> None:
    """Refuse features and maps of shapes that nothing can be drawn and searched with."""
    photos, classes = out.scores.shape
    if out.features.ndim != 2 or out.maps.ndim != 4 or len(out.features) != photos or len(out.maps) != photos:
        raise BadModel(f"Model {card.id} does not give features (N, D) and maps (N, h, w, C).", HINT)
    if out.maps.shape[3] != classes or not (np.isfinite(out.features).all() and np.isfinite(out.maps).all()):
        raise BadModel(f"Model {card.id} gives maps of other classes, or values that are no numbers.", HINT)


def _run(card: ModelCard, session: InferenceSession) -> Outputs:
    """Predict one by one: a runtime keeps the memory of the largest batch that it has seen."""
    answers = [session.run(picture[None]) for picture in fitted(card)]
    return Outputs(*(np.concatenate([getattr(one, name) for one in answers]) for name in OUTPUTS))


def _predict(card: ModelCard, session: InferenceSession) -> Outputs:
    try:
        return _run(card, session)
    except Exception as error:  # a runtime's exceptions share no base but Exception
        raise BadModel(
            f"Model {card.id} cannot predict its golden pictures of {card.input.size} x {card.input.size} pixels "
            f"({' '.join(str(error).split())[:200]}).",
            HINT,
        ) from error
