"""Does the model answer right? Looked at anew once a second at most, whoever asks how often: a look costs 20 ms."""

from __future__ import annotations

import threading
import time
import weakref

from pawsight.classifier import Classifier
from pawsight.errors import BadModel
from pawsight.runtime import golden

_LASTS = 1.0  # seconds


class Examination:
    """What came of the last replay of a model's golden pictures. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._of: weakref.ref[Classifier] | None = None  # weak: a model that was swapped out has to go
        self._failed: BadModel | None = None

    def take(self, classifier: Classifier) -> None:
        """Let a model answer its golden pictures, unless this one just did.

        Raises:
            BadModel: it does not answer them as its card says.
        """
        with self._lock:
            if time.monotonic() >= self._until or self._of is None or self._of() is not classifier:
                self._failed = _failure(classifier)
                self._until, self._of = time.monotonic() + _LASTS, weakref.ref(classifier)
            if self._failed:
                raise BadModel(self._failed.message, self._failed.hint)


def _failure(classifier: Classifier) -> BadModel | None:
    try:
        golden.replay(classifier.card, classifier.session)
    except BadModel as error:
        return error
    return None
