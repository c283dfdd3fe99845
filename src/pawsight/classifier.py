"""Photos -> predictions: the one place where an answer is made.

from pawsight import Classifier

for answer in Classifier.load("default").predict(["felix.jpg", "rex.jpg"]):
    print(answer.verdict, answer.scores)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pawsight import images, zoo
from pawsight.card import ModelCard, Thresholds, read_card, read_file
from pawsight.runtime import Session, golden, open_session
from pawsight.types import LIMITS, Floats, Limits, Pixels

Photo = str | Path | bytes | Pixels

BOTH, NEITHER, UNSURE = "both", "neither", "unsure"


@dataclass(frozen=True)
class Prediction:
    """One answer. Command line, page and API all show this.

    Attributes:
        label: the class with the highest score.
        verdict: a class, or `both` (several are there), `neither` (none is), `unsure` (a person should look).
        scores: class -> probability that it is in the photo, 0..1; independent of each other.
        model: name and version of the model that answered.
        features: `(D,)` float32, for look-alikes.
        maps: `(h, w, C)` float32, for `pawsight.explain`.
    """

    label: str
    verdict: str
    scores: dict[str, float]
    model: str
    features: Floats = field(repr=False, compare=False)
    maps: Floats = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The part that is shown, ready for JSON."""
        return {"label": self.label, "verdict": self.verdict, "scores": self.scores, "model": self.model}


def decide(scores: dict[str, float], thresholds: Thresholds) -> str:
    """Turn scores into a verdict: a class name, `both`, `neither` or `unsure`."""
    present = [name for name, score in scores.items() if score >= thresholds.present]
    if len(present) > 1:
        return BOTH
    if any(thresholds.absent < score < thresholds.present for score in scores.values()):
        return UNSURE
    return present[0] if present else NEITHER


class Classifier:
    """A model that answers.

    Args:
        card: what the model says of itself.
        session: its graph, loaded.
        limits: what one photo may cost.
    """

    def __init__(self, card: ModelCard, session: Session, limits: Limits = LIMITS) -> None:
        self.card = card
        self.session = session
        self.limits = limits

    @classmethod
    def load(cls, model: str | Path = "default", *, threads: int = 1, limits: Limits = LIMITS) -> Classifier:
        """Load a model: card, hashes, graph, golden pictures, in this order.

        Args:
            model: `default`, the name of a shipped model, a folder, or a file that `pawsight export` wrote.
            threads: processor threads for one photo.

        Raises:
            ModelNotFound: there is no such model.
            BadModel: the folder cannot be trusted; nothing of it was run before its hash fitted.
        """
        folder = zoo.find(model)
        card = read_card(folder)
        session = open_session(read_file(folder, card.graph, card), threads)
        golden.replay(card, session)
        return cls(card, session, limits)

    def read(self, photo: Photo) -> Pixels:
        """Bring one photo to the model's input: `(size, size, 3)` uint8.

        Args:
            photo: a path, the content of a file, or decoded pixels `(H, W, 3)` uint8.

        Raises:
            ImageError: it cannot be read or decoded.
        """
        return self.fit(self.decode(photo))

    def decode(self, photo: Photo) -> Pixels:
        """Decode one photo, no larger than this model has use for: `(H, W, 3)` uint8."""
        if isinstance(photo, np.ndarray):
            return photo
        data = photo if isinstance(photo, bytes) else images.read(photo, self.limits)
        return images.decode(data, least=self.card.input.size, limits=self.limits)

    def fit(self, pixels: Pixels) -> Pixels:
        """Fit decoded pixels to the model's square."""
        return images.fit(pixels, self.card.input.size, self.card.input.fit, self.card.input.interpolation)

    def predict(self, photos: Iterable[Photo], batch_size: int = 16) -> list[Prediction]:
        """Answer for photos, in their order.

        Raises:
            ImageError: a photo cannot be read. `pawsight.batch` goes on instead, and reports each.
            TypeError: one photo instead of several.
        """
        if isinstance(photos, (str, bytes)):  # these are iterable too, but by letters
            raise TypeError("Expected several photos, such as predict(['felix.jpg']), but received a single one.")
        answers: list[Prediction] = []
        batch: list[Pixels] = []
        for photo in photos:
            batch.append(self.read(photo))
            if len(batch) == batch_size:
                answers += self.predict_fitted(batch)
                batch = []
        return answers + self.predict_fitted(batch)

    def predict_fitted(self, fitted: Sequence[Pixels]) -> list[Prediction]:
        """Answer for photos that `read` has brought to the model's input, in one call of the graph."""
        if not len(fitted):
            return []
        out = self.session.run(np.stack(fitted))
        return [self._prediction(*row) for row in zip(out.scores, out.features, out.maps, strict=True)]

    def _prediction(self, row: Floats, features: Floats, maps: Floats) -> Prediction:
        scores = {name: round(float(score), 6) for name, score in zip(self.card.classes, row, strict=True)}
        return Prediction(
            label=max(scores, key=scores.__getitem__),
            verdict=decide(scores, self.card.thresholds),
            scores=scores,
            model=self.card.id,
            features=features,
            maps=maps,
        )
