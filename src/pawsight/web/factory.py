"""`create_app`: all parts of the web in one place."""

from __future__ import annotations

import weakref
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5

from pawsight.archive.store import Archive
from pawsight.choice import chosen
from pawsight.classifier import Classifier
from pawsight.decoding import Decoders
from pawsight.settings import Settings, load_settings
from pawsight.web import (
    admin,
    api,
    assets,
    docs,
    headers,
    health,
    installing,
    language,
    logs,
    many,
    metrics,
    models,
    origins,
    pages,
    photos,
    problems,
    reports,
    words,
)
from pawsight.web.admin import password
from pawsight.web.proxies import Proxies, networks
from pawsight.web.rates import open_quota, open_rates
from pawsight.web.shelf import NONE, Shelf, kept_folder, offered
from pawsight.web.state import State, attach
from pawsight.web.uploads import MemoryRequest, body_limit


class _App(Flask):
    """Flask, but an error's line in the log names no address."""

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("Failed at %s.", logs.route(), exc_info=exc_info)


def create_app(
    settings: Settings | None = None, classifier: Classifier | None = None, decoders: Decoders | None = None
) -> Flask:
    """Make the web app and open its archive; each process makes its own.

    Args:
        settings: as `load_settings` finds them where None.
        classifier: the model that answers where a request names none; the one that is chosen where None.
        decoders: that open photos; the app's own where None.

    Raises:
        BadSettings: a setting does not fit.
        ModelNotFound: there is no such model.
        BadModel: the model folder cannot be trusted.
        BadArchive, ArchiveUnavailable, StorageFull: uploads could not be remembered.
    """
    settings = settings or load_settings()
    password.find(settings)  # a hash that does not read is told now, not to whoever wants to log in
    choice = chosen(settings)
    classifier = classifier or choice.load(settings.limits)
    app = _App(__name__)
    _configure(app, settings)
    kept = kept_folder(settings) if settings.models != NONE else None
    shelf = Shelf(classifier, choice, offered(settings), kept)
    archive = Archive.open(settings)
    weakref.finalize(app, archive.close)  # when the app is dropped, or the program ends
    if decoders is None:
        decoders = Decoders.by(settings)
        weakref.finalize(app, decoders.close)
    shared = State(settings, shelf, archive, decoders, open_rates(settings), open_quota(settings))
    attach(app, shared)
    logs.install(app, settings)
    metrics.install(app, shared)
    for blueprint in (
        pages.pages,
        many.many,
        photos.photos,
        models.models,
        docs.docs,
        api.api,
        health.health,
        metrics.metrics,
        reports.reports,
        installing.installing,
    ):
        app.register_blueprint(blueprint)
    for part in (problems, origins, assets, headers, language, words, models, docs, admin):
        part.install(app)
    Bootstrap5(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.wsgi_app = Proxies(app.wsgi_app, networks(settings.trusted_proxies))  # type: ignore[method-assign]
    app.request_class = MemoryRequest
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, MAX_CONTENT_LENGTH=body_limit(settings))
    app.config["MAX_FORM_PARTS"] = settings.max_photos + 10  # the fields of our forms, and some to spare
    app.config["TRUSTED_HOSTS"] = [name.strip() for name in settings.hosts.split(",") if name.strip()] or None
    app.json.sort_keys = False  # type: ignore[attr-defined]  # classes keep the order of the card,
    app.jinja_env.policies["json.dumps_kwargs"] = {}  # in pages, too
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
