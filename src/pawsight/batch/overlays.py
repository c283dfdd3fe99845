"""Pictures of where the model looked, one for each photo of a run."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from pawsight.batch.find import STDIN
from pawsight.classifier import Prediction
from pawsight.errors import StorageFull
from pawsight.explain import heat, overlay, to_png
from pawsight.model.card import ModelCard
from pawsight.storage.atomic import write_file
from pawsight.text import printable
from pawsight.types import Pixels

_STEM = 120  # bytes of a photo's name that its picture keeps


@dataclass(frozen=True)
class Overlays:
    """Writes overlays into a folder; `pawsight.batch.run.classify` calls it for each photo.

    Attributes:
        folder: exists, and may be written to.
        card: of the model that answers.
    """

    folder: Path
    card: ModelCard

    def __call__(self, path: str, photo: Pixels, prediction: Prediction) -> None:
        """Lay the heat map of the label over a photo and write it as PNG, atomically."""
        evidence = prediction.maps[:, :, self.card.classes.index(prediction.label)]
        picture = to_png(overlay(photo, heat(evidence), self.card.input))
        try:
            write_file(self.folder / overlay_name(path), picture)
        except OSError as error:
            raise StorageFull(
                f"The picture for {path!r} cannot be written into {str(self.folder)!r} ({error.strerror}).",
                "Free some space, or choose another folder.",
            ) from error


def overlay_name(path: str) -> str:
    """Name an overlay after its photo. Photos of one name in different folders get different names, and a photo gets
    the same name in every run."""
    stem = "stdin" if path == STDIN else _shortened(printable(Path(path).stem).replace("\\", "_"))
    digest = hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()
    return f"{stem}-{digest[:12]}.png"


def _shortened(stem: str) -> str:
    """Cut a name to `_STEM` bytes, between characters: file systems take 255, and more is added to it."""
    return os.fsencode(stem)[:_STEM].decode("utf-8", "ignore") or "photo"
