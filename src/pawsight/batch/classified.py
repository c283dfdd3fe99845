"""What a sort keeps of each photo while it is classified."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pawsight.batch.bursts import PhotoFingerprint, taken, thumbnail
from pawsight.batch.distribution_shift import PhotoTraits, measure
from pawsight.batch.files import fingerprint
from pawsight.batch.run import PhotoResult
from pawsight.classifier import Prediction
from pawsight.types import Pixels

_NOTHING = np.empty(0, np.float32)


@dataclass(frozen=True)
class ClassifiedPhoto:
    """A photo as it was when it was classified.

    Attributes:
        fingerprint: that decides which photos belong together.
        bytes: its size.
        mtime_ns: its modification time, in nanoseconds.
        prediction: what the model says.
        traits: to compare the folder with the photos that an error budget was measured on.
    """

    fingerprint: PhotoFingerprint
    bytes: int
    mtime_ns: int
    prediction: Prediction
    traits: PhotoTraits | None = None

    @property
    def path(self) -> str:
        """Where it stands."""
        return self.fingerprint.path


@dataclass
class FingerprintHook:
    """Looks at each photo while it is classified; `pawsight.batch.run.classify` calls it in its workers."""

    measured: dict[str, tuple[PhotoFingerprint, int, int, PhotoTraits]] = field(default_factory=dict)

    def __call__(self, path: str, photo: Pixels, prediction: Prediction) -> None:
        status, file = os.stat(path), Path(path)
        fingerprinted = PhotoFingerprint(path, fingerprint(file), thumbnail(photo), taken(file))
        self.measured[path] = fingerprinted, status.st_size, status.st_mtime_ns, measure(photo, prediction)

    def seen(self, answer: PhotoResult) -> ClassifiedPhoto | None:
        """Return what was seen of a photo; None where it could not be classified."""
        if not answer.prediction:
            return None
        fingerprinted, size, mtime_ns, traits = self.measured[answer.path]
        small = replace(answer.prediction, features=_NOTHING, maps=_NOTHING)  # 6 kB less for each of 100,000 photos
        return ClassifiedPhoto(fingerprinted, size, mtime_ns, small, traits)
