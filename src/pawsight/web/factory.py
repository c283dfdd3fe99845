"""`create_app`: all parts of the web in one place."""

from __future__ import annotations

import weakref

from flask import Flask
from flask_bootstrap import Bootstrap5

from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.settings import Settings, load_settings
from pawsight.web import admin, api, assets, docs, headers, health, installing, language, models, pages, problems, words
from pawsight.web.admin import password
from pawsight.web.state import State, attach
from pawsight.web.uploads import MemoryRequest, body_limit


def create_app(settings: Settings | None = None, classifier: Classifier | None = None) -> Flask:
    """Make the web app and open its archive; each process makes its own.

    Args:
        settings: as `load_settings` finds them where None.
        classifier: the model that answers; the one that the settings name where None.

    Raises:
        BadSettings: a setting does not fit.
        ModelNotFound: there is no such model.
        BadModel: the model folder cannot be trusted.
        BadArchive, ArchiveUnavailable, StorageFull: uploads could not be remembered.
    """
    settings = settings or load_settings()
    password.find(settings)  # a hash that does not read is told now, not to whoever wants to log in
    classifier = classifier or Classifier.load(settings.model, limits=settings.limits)
    app = Flask(__name__)
    _configure(app, settings)
    archive = Archive.open(settings)
    weakref.finalize(app, archive.close)  # when the app is dropped, or the program ends
    attach(app, State(settings, classifier, archive))
    for blueprint in (pages.pages, models.models, docs.docs, api.api, health.health, installing.installing):
        app.register_blueprint(blueprint)
    for part in (problems, assets, headers, language, words, models, docs, admin):
        part.install(app)
    Bootstrap5(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.request_class = MemoryRequest
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, MAX_CONTENT_LENGTH=body_limit(settings))
    app.json.sort_keys = False  # type: ignore[attr-defined]  # classes keep the order of the card
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
