"""`create_app`: all parts of the web in one place."""

from __future__ import annotations

import weakref
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Request
from flask_bootstrap import Bootstrap5
from werkzeug.routing import RequestRedirect

from pawsight.active_model import active_model
from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.decoding import DecoderPool
from pawsight.settings import Settings, load_settings
from pawsight.web import admin, assets, multipart
from pawsight.web.admin import password
from pawsight.web.api import docs, problems, routes
from pawsight.web.api.json import FastJson
from pawsight.web.models.registry import NONE, ModelRegistry, offered_folders, published_folder
from pawsight.web.operations import health, logs, metrics
from pawsight.web.pages import batch, history, home, model, pwa, train
from pawsight.web.security import cors, csp_reports, csrf, headers, hosts
from pawsight.web.security.proxies import Proxies, networks, url_prefix
from pawsight.web.security.rate_limit import RateLimits
from pawsight.web.state import State, init_app
from pawsight.web.ui import i18n, icons, phrases
from pawsight.web.uploads import MemoryRequest, body_limit


class _App(Flask):
    """Flask, but an error's line in the log names no address, and a redirect no host."""

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("Failed at %s.", logs.route(), exc_info=exc_info)

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Lead to the same address with the right slashes by its path: browsers know the host, Werkzeug may not."""
        if isinstance(error := request.routing_exception, RequestRedirect):
            error.new_url = urlunsplit(urlsplit(error.new_url)._replace(scheme="", netloc=""))
        super().raise_routing_exception(request)


_BLUEPRINTS = (
    home.pages,
    batch.batch,
    history.history,
    model.models,
    train.training,
    docs.docs,
    routes.api,
    health.health,
    metrics.metrics,
    csp_reports.reports,
    pwa.installing,
)


def create_app(
    settings: Settings | None = None, classifier: Classifier | None = None, decoders: DecoderPool | None = None
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
    password.find(settings)  # report an unreadable hash now, not at the first login
    choice = active_model(settings)
    classifier = classifier or choice.load(settings.limits)
    app = _App(__name__)
    _configure(app, settings)
    kept = published_folder(settings) if settings.models != NONE else None
    registry = ModelRegistry(classifier, choice, offered_folders(settings), kept)
    archive = Archive.open(settings).require_index()
    weakref.finalize(app, archive.close)  # when the app is dropped, or the program ends
    if decoders is None:
        decoders = DecoderPool.by(settings)
        weakref.finalize(app, decoders.close)
    shared = State(settings, registry, archive, decoders, RateLimits.of(settings))
    init_app(app, shared)
    logs.install(app, settings)
    metrics.install(app, shared)
    hosts.install(app, settings)
    cors.install(app, cors.origins(settings.cors_origins))
    headers.install(app, settings)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    for part in (problems, csrf, assets, i18n, icons, phrases, model, docs, admin):
        part.install(app)
    Bootstrap5(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    proxies, prefix = networks(settings.trusted_proxies), url_prefix(settings.url_prefix)
    app.wsgi_app = Proxies(app.wsgi_app, proxies, prefix)  # type: ignore[method-assign]
    multipart.install()
    app.request_class = MemoryRequest
    app.json = FastJson(app)
    most = body_limit(settings)
    # A photo that is sent as text by mistake gets that error, and not that the request is too large.
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, MAX_CONTENT_LENGTH=most, MAX_FORM_MEMORY_SIZE=most)
    app.json.sort_keys = False  # classes keep the order of the card in pages
    app.jinja_env.policies["json.dumps_kwargs"] = {}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
