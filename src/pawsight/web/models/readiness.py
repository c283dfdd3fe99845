"""Is the server ready? Checked once a second at most, however often it is asked: a check costs 20 ms."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterable

from pawsight.classifier import Classifier
from pawsight.errors import PawsightError
from pawsight.runtime import golden

_LASTS = 1.0  # seconds


class ReadinessCheck:
    """The result of the last check. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._of: weakref.ref[Classifier] | None = None  # weak: a model that was replaced has to go
        self._failed: PawsightError | None = None

    def check(self, classifier: Classifier, probes: Iterable[Callable[[], None]] = ()) -> None:
        """Replay a model's golden pictures and run other probes, unless that was just done.

        Raises:
            BadModel: the model does not score the pictures as its card says.
            PawsightError: what a probe raises.
        """
        with self._lock:
            if time.monotonic() >= self._until or self._of is None or self._of() is not classifier:
                self._failed = _failure(classifier, probes)
                self._until, self._of = time.monotonic() + _LASTS, weakref.ref(classifier)
            if self._failed:
                raise type(self._failed)(self._failed.message, self._failed.hint)


def _failure(classifier: Classifier, probes: Iterable[Callable[[], None]]) -> PawsightError | None:
    try:
        golden.replay(classifier.card, classifier.session)
        for probe in probes:
            probe()
    except PawsightError as error:
        return error
    return None
