"""Pages about models: what each learned from, how good it is, where it fails, and how to get it."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, Response, render_template, request

from pawsight import zoo
from pawsight.estimates import NOT_MEASURED
from pawsight.model import single_file
from pawsight.model.card import CARD, read_card, read_file
from pawsight.model.refusal import NEW_KINDS
from pawsight.web.state import state
from pawsight.web.ui import charts, model_metrics, model_text
from pawsight.web.ui.phrases import plain

models = Blueprint("models", __name__)


@models.get("/model")
def serving() -> str:
    """The model that answers here."""
    registry = state().registry
    return _page(model_metrics.serving(registry.choice.model, registry.first.card))


@models.get("/models/<name>")
def shipped(name: str) -> str:
    """A model that a request may choose; paths lead nowhere here."""
    registry = state().registry
    return serving() if name == registry.first.card.name else _page(model_metrics.describe(registry.folder(name)))


@models.get("/models/<name>.onnx")
def graph(name: str) -> Response:
    """Send a model as one file, its card inside, for browsers that run it themselves."""
    folder = served_folder(name)
    card = read_card(folder)
    data = single_file.pack(read_file(folder, card.graph, card), (folder / CARD).read_bytes())
    return send(data, card.files[card.graph].sha256)


def served_folder(name: str) -> Path:
    """Return the folder of a model that answers here, or that a request may choose."""
    registry = state().registry
    return zoo.find(registry.choice.model) if name == registry.first.card.name else registry.folder(name)


def send(data: bytes, tag: str) -> Response:
    """Send bytes to a script, which asks each time whether they have changed."""
    response = Response(data, mimetype="application/octet-stream")
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def _page(model: model_metrics.DescribedModel) -> str:
    numbers = model.measured
    return render_template(
        "model.html",
        model=model,
        graph=model.card.files.get(model.card.graph),
        answers_here=model.card.id == state().classifier.card.id,
        facts=model_text.facts(numbers, model.card.metrics.get(NEW_KINDS, NOT_MEASURED)) if numbers else [],
        mistakes=model_text.mistakes(numbers) if numbers else [],
        curves=_curves(model),
        comes_along=model.card.id in [read_card(zoo.find(name)).id for name in zoo.names()],
        offered=state().registry.cards(),
    )


def _curves(model: model_metrics.DescribedModel) -> dict[str, charts.Chart]:
    """The charts that there are numbers for."""
    drawn: dict[str, charts.Chart] = {}
    if model.measured and model.measured.roc:
        drawn["roc"] = charts.roc(model.measured.roc, {name: plain(name) for name in model.card.classes})
    if model.measured and model.measured.reliability:
        drawn["reliability"] = charts.reliability(model.measured.reliability)
    if model.history:
        drawn |= {"loss": charts.losses(model.history), "accuracy": charts.accuracies(model.history)}
    return drawn


def device_is_available() -> bool:
    """Return whether the build has ONNX Runtime Web, so that browsers can run models (`hatch_build.py` fetches it)."""
    return (Path(__file__).parents[1] / "static" / "device" / "vendor" / "ort.wasm.min.js").is_file()


def install(app: Flask) -> None:
    """Register the filters that write measured numbers and lay out a confusion matrix."""
    app.jinja_env.globals.update(device_is_available=device_is_available(), static_site=False)
    app.jinja_env.filters.update(figure=model_text.figure, interval=model_text.interval, in_short=model_text.in_short)
    app.jinja_env.globals.update(frame=charts, matrix=charts.matrix)
