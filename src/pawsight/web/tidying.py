"""How long photos stay is looked after while the server runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pawsight.archive.store import Archive
from pawsight.errors import PawsightError

_log = logging.getLogger(__name__)
EVERY = 600.0


@contextmanager
def tidying(archive: Archive, every: float = EVERY) -> Iterator[None]:
    """Apply `retention_days` and `archive_max_bytes` in the background while the block runs.

    Args:
        archive: to be looked after.
        every: seconds between two times; the first is now.
    """
    stop = threading.Event()
    threading.Thread(target=_look_after, args=(archive, every, stop), name="tidying", daemon=True).start()
    try:
        yield
    finally:
        stop.set()


def _look_after(archive: Archive, every: float, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            archive.tidy()
        except PawsightError as error:  # next time may be better; answers do not depend on it
            _log.error("%s", error)
        stop.wait(every)
