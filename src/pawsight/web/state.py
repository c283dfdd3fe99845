"""What every request of one app shares."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app

from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.decoding import Decoders
from pawsight.settings import Settings
from pawsight.web.rates import Rates

_NAME = "pawsight"


@dataclass(frozen=True)
class State:
    """The settings, the loaded model, the opened archive, what opens photos, and what counts them."""

    settings: Settings
    classifier: Classifier
    archive: Archive
    decoders: Decoders
    rates: Rates | None = None


def attach(app: Flask, state: State) -> None:
    """Give an app its state, once, when it is made."""
    app.extensions[_NAME] = state


def state() -> State:
    """The state of the app that answers the current request."""
    found: State = current_app.extensions[_NAME]
    return found
