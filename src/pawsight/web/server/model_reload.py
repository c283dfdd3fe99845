"""A running server takes the model that an operator chooses, and keeps the one it has where that is a bad one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pawsight.active_model import FOLLOW, ActiveModel, active_model
from pawsight.errors import PawsightError
from pawsight.settings import Settings
from pawsight.web.models.registry import ModelRegistry

_log = logging.getLogger(__name__)
EVERY = 1.0


class ModelReloader:
    """Follows the choice for one server.

    Args:
        settings: of the server; they say where the choice stands.
        registry: whose first model is replaced. Requests that have begun keep the model that they have.
    """

    def __init__(self, settings: Settings, registry: ModelRegistry) -> None:
        self._settings = settings
        self._registry = registry
        self._seen = registry.choice

    def check(self) -> None:
        """Take the chosen model if it is another one than last time; never fails."""
        try:
            choice = active_model(self._settings)
            if choice == self._seen:
                return
            self._seen = choice
            self._take(choice)
        except PawsightError as error:
            if self._registry.refused != error.code:
                _log.error("Goes on with %s: %s", self._registry.first.card.id, error)
            self._registry.refused = error.code

    def _take(self, choice: ActiveModel) -> None:
        self._registry.replace(choice.load(self._registry.first.limits), choice)
        _log.warning("Answers with %s from now on.", self._registry.first.card.id)


@contextmanager
def reloading(settings: Settings, registry: ModelRegistry, every: float = EVERY) -> Iterator[None]:
    """Follow the choice in the background while the block runs, where the settings name no model themselves.

    Args:
        every: seconds between two looks at a file of a few hundred bytes.
    """
    stop = threading.Event()
    if settings.model == FOLLOW:
        swapper = ModelReloader(settings, registry)
        threading.Thread(target=_follow, args=(swapper, every, stop), name="swapping", daemon=True).start()
    try:
        yield
    finally:
        stop.set()


def _follow(swapper: ModelReloader, every: float, stop: threading.Event) -> None:
    while not stop.wait(every):
        swapper.check()
