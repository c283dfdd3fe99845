"""Pages about models: what each learned from, how good it is, where it fails, and how to get it."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template

from pawsight import zoo
from pawsight.card import read_card
from pawsight.web import charts, measured, model_words
from pawsight.web.state import state
from pawsight.web.words import plain

models = Blueprint("models", __name__)


@models.get("/model")
def serving() -> str:
    """The model that answers here."""
    shelf = state().shelf
    return _page(measured.serving(shelf.choice.model, shelf.first.card))


@models.get("/models/<name>")
def shipped(name: str) -> str:
    """A model that a request may choose; paths lead nowhere here."""
    shelf = state().shelf
    return serving() if name == shelf.first.card.name else _page(measured.describe(shelf.folder(name)))


def _page(model: measured.Described) -> str:
    numbers = model.measured
    return render_template(
        "model.html",
        model=model,
        graph=model.card.files.get(model.card.graph),
        answers_here=model.card.id == state().classifier.card.id,
        facts=model_words.facts(numbers) if numbers else [],
        mistakes=model_words.mistakes(numbers) if numbers else [],
        curves=_curves(model),
        comes_along=model.card.id in [read_card(zoo.find(name)).id for name in zoo.names()],
        offered=state().shelf.cards(),
    )


def _curves(model: measured.Described) -> dict[str, charts.Chart]:
    """The charts that there are numbers for."""
    drawn: dict[str, charts.Chart] = {}
    if model.measured and model.measured.roc:
        drawn["roc"] = charts.roc(model.measured.roc, {name: plain(name) for name in model.card.classes})
    if model.measured and model.measured.reliability:
        drawn["reliability"] = charts.reliability(model.measured.reliability)
    if model.history:
        drawn |= {"loss": charts.losses(model.history), "accuracy": charts.accuracies(model.history)}
    return drawn


def install(app: Flask) -> None:
    """Teach the templates to write measured numbers and to lay out a confusion matrix."""
    app.jinja_env.filters.update(
        figure=model_words.figure, interval=model_words.interval, in_short=model_words.in_short
    )
    app.jinja_env.globals.update(frame=charts, matrix=charts.matrix)
