"""Answer for many photos: in their order, several at a time, in memory that does not grow with their number.

ONNX Runtime and Pillow let go of Python's lock while they work, so threads are enough to keep every processor busy.
Each task decodes one photo and answers for it; one photo that fails, however it fails, never stops the others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from pawsight import images
from pawsight.batch import object_storage, video
from pawsight.batch.find import STDIN
from pawsight.classifier import Classifier, Prediction
from pawsight.errors import BadSettings, PawsightError, StorageFull
from pawsight.model.looks_like import Resemblance
from pawsight.parallel import in_order
from pawsight.text import valid_unicode
from pawsight.types import Limits, Pixels

AHEAD = 4  # tasks waiting or done for each worker: enough to ride over a slow photo
PhotoHook = Callable[[str, Pixels, Prediction], None]
Done = TypeVar("Done")


@dataclass(frozen=True)
class PhotoResult:
    """What one photo was answered: either a prediction or an error.

    Attributes:
        path: as it was given.
        prediction: None where the photo could not be answered for.
        error: why it could not; None where it could.
    """

    path: str
    prediction: Prediction | None = None
    error: PawsightError | None = None

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON: always the same keys, null where there is nothing to say."""
        nothing = {"label": None, "verdict": None, "scores": None, "model": None}
        shown = self.prediction.to_dict() if self.prediction else nothing
        error = {"code": self.error.code, "message": valid_unicode(str(self.error))} if self.error else None
        return {"path": valid_unicode(self.path), **shown, "error": error}

    def resemblances(self) -> list[Resemblance]:
        """Return the animals that the photo looks like; see `Prediction.looks_like`."""
        return self.prediction.looks_like if self.prediction else []


def classify(
    classifier: Classifier, paths: Iterable[str], workers: int, watch: PhotoHook | None = None
) -> Iterator[PhotoResult]:
    """Classify photos in their order, each as soon as it and those before it are done.

    Args:
        classifier: loaded with one thread, because `workers` of its calls run side by side.
        paths: of photos; `-` is standard input.
        workers: photos at a time.
        watch: called in a worker with the path, the decoded photo `(H, W, 3)` uint8 and its prediction.
    """
    return in_order(lambda path: classify_one(classifier, path, watch), paths, workers, workers * AHEAD)


def classify_one(classifier: Classifier, path: str, watch: PhotoHook | None = None) -> PhotoResult:
    """Predict one photo; whatever goes wrong with it becomes its error. For the arguments see `classify`.

    Raises:
        StorageFull, BadSettings: `watch` cannot write what it makes of each photo, so that the run cannot go on.
    """

    def predict() -> PhotoResult:
        photo, prediction = predict_one(classifier, path)
        if watch:
            watch(path, np.asarray(photo), prediction)
        return PhotoResult(path, prediction)

    return or_error(path, predict)


def or_error(path: str, work: Callable[[], Done]) -> Done | PhotoResult:
    """Do a piece of work for one photo; whatever goes wrong with the photo becomes its result.

    Raises:
        StorageFull, BadSettings: the run cannot go on.
    """
    try:
        return work()
    except (StorageFull, BadSettings):
        raise
    except PawsightError as error:
        return PhotoResult(path, error=error)
    except Exception as error:  # a fault of ours must not take the other photos down with it
        return PhotoResult(path, error=_unexpected(error))


def predict_one(classifier: Classifier, path: str) -> tuple[Image.Image | Pixels, Prediction]:
    """Predict one photo or video; workers that do so at the same time share calls of the graph.

    Returns:
        the decoded photo, `(H, W, 3)` uint8 or a picture of mode RGB, and its prediction.

    Raises:
        PawsightError: it cannot be read or decoded.
    """
    if is_local_video(path):
        return video.predict_video(classifier, path)
    photo, fitted = read_fitted(classifier, path)
    return photo, classifier.predict_shared(fitted)


def is_local_video(path: str) -> bool:
    """Return whether a path is that of a video on this machine's disk."""
    return video.is_video(path) and not object_storage.is_address(path)


def read_fitted(classifier: Classifier, path: str) -> tuple[Image.Image | Pixels, Pixels]:
    """Read one photo, and fit it to the model's input.

    Returns:
        the decoded photo, as `predict_one` does, and the input, `(size, size, 3)` uint8.

    Raises:
        PawsightError: it cannot be read or decoded.
    """
    with images.one_large_file(path):
        data, how = _read(path, classifier.limits), classifier.card.input
        photo = images.decode_image(data, least=how.size, limits=classifier.limits)
    return photo, np.asarray(images.fit_image(photo, how.size, how.fit, how.interpolation))


def _read(path: str, limits: Limits) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read(limits.bytes + 1)
    return object_storage.read(path, limits) if object_storage.is_address(path) else images.read(path, limits)


def _unexpected(error: Exception) -> PawsightError:
    return PawsightError(
        f"This photo met a fault in Pawsight ({type(error).__name__}: {error}).",
        "Please report it with the photo, if you may share it.",
    )
