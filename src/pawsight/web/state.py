"""What every request of one app shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, current_app

from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.decoding import Decoders
from pawsight.settings import Settings
from pawsight.web.examination import Examination
from pawsight.web.rates import Rates
from pawsight.web.shelf import Shelf

_NAME = "pawsight"


@dataclass(frozen=True)
class State:
    """The settings, models, archive and decoders, what counts photos and their bytes, and the model's examination."""

    settings: Settings
    shelf: Shelf
    archive: Archive
    decoders: Decoders
    rates: Rates | None = None
    quota: Rates | None = None
    examination: Examination = field(default_factory=Examination)

    @property
    def classifier(self) -> Classifier:
        """The model that answers where none is named. Ask once in a request: the next time it may be another one."""
        return self.shelf.first


def attach(app: Flask, state: State) -> None:
    """Give an app its state, once, when it is made."""
    app.extensions[_NAME] = state


def state() -> State:
    """The state of the app that answers the current request."""
    found: State = current_app.extensions[_NAME]
    return found
