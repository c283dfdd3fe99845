"""`GET /metrics`: what happens here in numbers, in the text format of Prometheus.

Each process counts for itself and is a target of its own: where several run, each has its own port.
"""

from __future__ import annotations

import platform
import threading
import time
from collections.abc import Callable

from flask import Blueprint, Flask, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from pawsight import __version__
from pawsight.archive.store import Archive
from pawsight.classifier import Prediction
from pawsight.errors import PawsightError
from pawsight.web.operations import logs
from pawsight.web.security.hosts import is_loopback
from pawsight.web.security.proxies import FORWARDED, PEER
from pawsight.web.state import State, state

metrics = Blueprint("metrics", __name__)

_NAME = "pawsight metrics"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ARCHIVE_EVERY = 60.0


class ServerMetrics:
    """The numbers of one app.

    Args:
        shared: its state.
    """

    def __init__(self, shared: State) -> None:
        self.registry = own = CollectorRegistry()
        self.requests = Counter("pawsight_requests", "Requests answered.", ["method", "route", "status"], registry=own)
        self.seconds = Histogram(
            "pawsight_request_seconds", "From a whole request to its answer.", ["route"], buckets=_BUCKETS, registry=own
        )
        self.predictions = Counter("pawsight_predictions", "Photos answered for.", ["verdict", "model"], registry=own)
        self.refusals = Counter("pawsight_refusals", "Photos that were not answered for.", ["code"], registry=own)
        self.queue = Gauge("pawsight_queue_length", "Requests that wait for a thread.", registry=own)
        self.model = Gauge("pawsight_model_info", "1 for each model here.", ["model", "place"], registry=own)
        self.refused = Gauge("pawsight_model_refused", "1 while a chosen model is refused.", registry=own)
        build = Gauge("pawsight_build_info", "Versions.", ["version", "python"], registry=own)
        build.labels(__version__, platform.python_version()).set(1)
        size = Gauge("pawsight_archive_bytes", "Of all photos in the archive.", registry=own)
        size.set_function(_seldom(lambda: _stored(shared.archive)))

    def answered(self, outcome: Prediction | PawsightError) -> None:
        """Count what became of one photo."""
        if isinstance(outcome, Prediction):
            self.predictions.labels(outcome.verdict, outcome.model).inc()
        else:
            self.refusals.labels(outcome.code).inc()


def _seldom(measure: Callable[[], float]) -> Callable[[], float]:
    """Measure at most once a minute what costs a query through the whole archive."""
    lock = threading.Lock()
    last = (float("-inf"), float("nan"))

    def value() -> float:
        nonlocal last
        with lock:
            if time.monotonic() - last[0] > _ARCHIVE_EVERY:
                last = time.monotonic(), measure()
            return last[1]

    return value


def _stored(archive: Archive) -> float:
    try:
        return float(archive.stored_bytes())
    except PawsightError:
        return float("nan")


def server_metrics() -> ServerMetrics:
    """The numbers of the current app."""
    found: ServerMetrics = current_app.extensions[_NAME]
    return found


@metrics.get("/metrics")
def show() -> Response:
    """The numbers; by default only for this machine, and not for what a proxy on it passes on."""
    shared = state()
    if not _may_see(shared.settings.metrics):
        abort(404)
    numbers = server_metrics()
    numbers.model.clear()
    for place, card in enumerate(shared.registry.cards()):
        numbers.model.labels(card.id, "other" if place else "first").set(1)
    numbers.refused.set(shared.registry.refused is not None)
    return Response(generate_latest(numbers.registry), content_type=CONTENT_TYPE_LATEST)


def _may_see(whom: str) -> bool:
    if whom != "local":
        return whom == "all"
    proxied = request.environ[FORWARDED] or "Via" in request.headers
    return not proxied and is_loopback(request.environ[PEER])


def install(app: Flask, shared: State) -> None:
    """Count every request of the app."""
    app.extensions[_NAME] = numbers = ServerMetrics(shared)

    @app.after_request
    def count(response: Response) -> Response:
        numbers.requests.labels(logs.method(), logs.route(), response.status_code).inc()
        numbers.seconds.labels(logs.route()).observe(logs.seconds())
        return response
