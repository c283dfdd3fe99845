"""Answer for many photos: in their order, several at a time, in memory that does not grow with their number.

ONNX Runtime and Pillow let go of Python's lock while they work, so threads are enough to keep every processor busy.
Each task decodes one photo and answers for it; one photo that fails, however it fails, never stops the others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pawsight import images
from pawsight.batch import remote
from pawsight.batch.find import STDIN
from pawsight.classifier import Classifier, Prediction
from pawsight.errors import PawsightError
from pawsight.parallel import in_order
from pawsight.types import Limits, Pixels

AHEAD = 4  # tasks waiting or done for each worker: enough to ride over a slow photo
Watch = Callable[[str, Pixels, Prediction], None]


@dataclass(frozen=True)
class Answer:
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
        error = {"code": self.error.code, "message": valid(str(self.error))} if self.error else None
        return {"path": valid(self.path), **shown, "error": error}


def valid(text: str) -> str:
    """Text as valid Unicode: bytes of a file's name that are none, as old disks hold them, become `\\udce9`."""
    return text.encode("utf-8", "backslashreplace").decode()


def answer(classifier: Classifier, paths: Iterable[str], workers: int, watch: Watch | None = None) -> Iterator[Answer]:
    """Answer for photos, in their order, each as soon as it and those before it are done.

    Args:
        classifier: loaded with one thread, because `workers` of its calls run side by side.
        paths: of photos; `-` is standard input.
        workers: photos at a time.
        watch: called in a worker with the path, the decoded photo `(H, W, 3)` uint8 and its prediction.
    """
    return in_order(lambda path: answer_one(classifier, path, watch), paths, workers, workers * AHEAD)


def answer_one(classifier: Classifier, path: str, watch: Watch | None = None) -> Answer:
    """Answer for one photo; whatever goes wrong becomes its error. For the arguments see `answer`."""
    try:
        photo = classifier.decode(_read(path, classifier.limits))
        prediction = classifier.predict_fitted([classifier.fit(photo)])[0]
        if watch:
            watch(path, photo, prediction)
        return Answer(path, prediction)
    except PawsightError as error:
        return Answer(path, error=error)
    except Exception as error:  # a fault of ours must not take the other photos down with it
        return Answer(path, error=_unexpected(error))


def _read(path: str, limits: Limits) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read(limits.bytes + 1)
    return remote.read(path, limits) if remote.is_address(path) else images.read(path, limits)


def _unexpected(error: Exception) -> PawsightError:
    return PawsightError(
        f"Expected an answer, but something unforeseen happened ({type(error).__name__}: {error}).",
        "Please report it with the photo, if you may share it.",
    )
