"""A model that is loaded when somebody asks for it."""

from __future__ import annotations

import threading
from pathlib import Path

from pawsight.classifier import Classifier
from pawsight.model.card import read_card
from pawsight.types import Limits


class LazyModel:
    """A model that is loaded once, by the first request; others that come meanwhile wait.

    Attributes:
        card: what it says of itself.

    Args:
        folder: of the model.

    Raises:
        BadModel: it has no card that can be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.card = read_card(folder)
        self._loaded: Classifier | None = None
        self._lock = threading.Lock()

    def load(self, limits: Limits) -> Classifier:
        """Load it, with all checks.

        Raises:
            BadModel: it cannot be trusted.
        """
        with self._lock:
            if self._loaded is None:
                self._loaded = Classifier.load(self.folder, limits=limits)
                self.card = self._loaded.card
            return self._loaded
