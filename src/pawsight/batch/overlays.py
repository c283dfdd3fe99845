"""Pictures of where the model looked, one for each photo of a run."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from pawsight.batch.find import STDIN
from pawsight.card import ModelCard
from pawsight.classifier import Prediction
from pawsight.explain import heat, overlay, to_png
from pawsight.types import Pixels


@dataclass(frozen=True)
class Overlays:
    """Writes overlays into a folder; `pawsight.batch.run.answer` calls it for each photo.

    Attributes:
        folder: exists, and may be written to.
        card: of the model that answers.
    """

    folder: Path
    card: ModelCard

    def __call__(self, path: str, photo: Pixels, prediction: Prediction) -> None:
        """Lay the heat map of the label over a photo and write it as PNG, whole or not at all."""
        evidence = prediction.maps[:, :, self.card.classes.index(prediction.label)]
        picture = to_png(overlay(photo, heat(evidence), self.card.input))
        target = self.folder / overlay_name(path)
        part = target.with_name(f".{target.name}.{threading.get_ident()}")
        part.write_bytes(picture)
        os.replace(part, target)


def overlay_name(path: str) -> str:
    """Name an overlay after its photo. Photos of one name in different folders get different names, and a photo gets
    the same name in every run."""
    stem = "stdin" if path == STDIN else Path(path).stem[:80]
    digest = hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()
    return f"{stem}-{digest[:12]}.png"
