"""A running server takes the model that an operator chooses, and keeps the one it has where that is a bad one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pawsight.choice import FOLLOW, Choice, chosen
from pawsight.errors import PawsightError
from pawsight.settings import Settings
from pawsight.web.shelf import Shelf

_log = logging.getLogger(__name__)
EVERY = 1.0


class Swapper:
    """Follows the choice for one server.

    Args:
        settings: of the server; they say where the choice stands.
        shelf: whose first model is replaced. Requests that have begun keep the model that they have.
    """

    def __init__(self, settings: Settings, shelf: Shelf) -> None:
        self._settings = settings
        self._shelf = shelf
        self._seen = shelf.choice

    def look(self) -> None:
        """Take the chosen model if it is another one than last time; never fails."""
        try:
            choice = chosen(self._settings)
            if choice == self._seen:
                return
            self._seen = choice
            self._take(choice)
        except PawsightError as error:
            if self._shelf.refused != error.code:
                _log.error("Goes on with %s: %s", self._shelf.first.card.id, error)
            self._shelf.refused = error.code

    def _take(self, choice: Choice) -> None:
        self._shelf.replace(choice.load(self._shelf.first.limits), choice)
        _log.warning("Answers with %s from now on.", self._shelf.first.card.id)


@contextmanager
def swapping(settings: Settings, shelf: Shelf, every: float = EVERY) -> Iterator[None]:
    """Follow the choice in the background while the block runs, where the settings name no model themselves.

    Args:
        every: seconds between two looks at a file of a few hundred bytes.
    """
    stop = threading.Event()
    if settings.model == FOLLOW:
        swapper = Swapper(settings, shelf)
        threading.Thread(target=_follow, args=(swapper, every, stop), name="swapping", daemon=True).start()
    try:
        yield
    finally:
        stop.set()


def _follow(swapper: Swapper, every: float, stop: threading.Event) -> None:
    while not stop.wait(every):
        swapper.look()
