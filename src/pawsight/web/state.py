"""What every request of one app shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, current_app

from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.decoding import DecoderPool
from pawsight.settings import Settings
from pawsight.web.models.readiness import ReadinessCheck
from pawsight.web.models.registry import ModelRegistry
from pawsight.web.security.rate_limit import RateLimits

_NAME = "pawsight"


@dataclass(frozen=True)
class State:
    """The settings, models, archive, decoders, rate limits and readiness of one app."""

    settings: Settings
    registry: ModelRegistry
    archive: Archive
    decoders: DecoderPool
    limits: RateLimits
    readiness: ReadinessCheck = field(default_factory=ReadinessCheck)

    @property
    def classifier(self) -> Classifier:
        """The default model. Read it once in a request: the next time it may be another one."""
        return self.registry.first


def init_app(app: Flask, state: State) -> None:
    """Give an app its state, once, when it is made."""
    app.extensions[_NAME] = state


def state() -> State:
    """The state of the app that answers the current request."""
    found: State = current_app.extensions[_NAME]
    return found
