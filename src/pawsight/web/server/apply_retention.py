"""Apply the archive's limits of age and size while the server runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pawsight.archive.store import Archive
from pawsight.errors import PawsightError

_log = logging.getLogger(__name__)
EVERY = 600.0
_JUMP, _DOUBT = 3600.0, 86_400.0  # seconds


class ClockWatch:
    """Notices when the system's clock was set, by comparing it with one that cannot be.

    A clock that is suddenly a month ahead would make all photos of this month look too old. Whether the new time is
    right cannot be known, so an operator gets a day to notice before anything is deleted for its age.
    """

    def __init__(self) -> None:
        self._offset = self._now()
        self._doubted_until = -1.0

    @staticmethod
    def _now() -> float:
        return time.time() - time.monotonic()

    def is_trusted(self) -> bool:
        """Return whether the clock ran steadily for the last day, or since the start."""
        moved, self._offset = self._now() - self._offset, self._now()
        if moved > _JUMP:
            _log.warning("The clock moved %.0f hours ahead: nothing is deleted for its age for a day.", moved / 3600)
            self._doubted_until = time.monotonic() + _DOUBT
        return time.monotonic() > self._doubted_until


@contextmanager
def applying_retention(archive: Archive, every: float = EVERY) -> Iterator[None]:
    """Apply `retention_days` and `archive_max_bytes` in the background while the block runs.

    Args:
        archive: to apply them to.
        every: seconds between two times; the first is now.
    """
    stop = threading.Event()
    threading.Thread(target=_apply, args=(archive, every, stop), name="retention", daemon=True).start()
    try:
        yield
    finally:
        stop.set()


def _apply(archive: Archive, every: float, stop: threading.Event) -> None:
    clock = ClockWatch()
    while not stop.is_set():
        try:
            archive.tidy(by_age=clock.is_trusted())
        except PawsightError as error:  # next time may be better; uploads do not depend on it
            _log.error("Retention was not applied: %s", error)
        stop.wait(every)
