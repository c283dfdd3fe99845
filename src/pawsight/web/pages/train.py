"""Own classes, trained in the visitor's browser: no photo leaves it, so the page is open to everyone."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from pawsight.model.card import GRAPH, read_card, read_file
from pawsight.web.pages.model import device_is_available, send, served_folder
from pawsight.web.state import state

training = Blueprint("training", __name__)

BANK = "outliers.npz"  # see `pawsight.learn.outliers`, whose libraries a server does without


@training.get("/train")
def page() -> str:
    """Show the page; a script trains."""
    card = state().registry.first.card
    can_train = device_is_available() and card.graph == GRAPH
    return render_template("train.html", can_train=can_train, has_bank=BANK in card.files)


@training.get("/models/<name>/outliers.npz")
def bank(name: str) -> Response:
    """Send the features of other things that come with a model."""
    folder = served_folder(name)
    card = read_card(folder)
    if BANK not in card.files:
        abort(404)
    return send(read_file(folder, BANK, card), card.files[BANK].sha256)
