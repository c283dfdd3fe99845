"""`metrics.json` and `history.csv` of a model folder, read for the page about the model."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from pawsight import zoo
from pawsight.errors import BadModel, ModelNotFound
from pawsight.model.card import ModelCard, read_card, read_file
from pawsight.model.metrics import Metrics

METRICS, HISTORY = "metrics.json", "history.csv"
T = TypeVar("T")


class Epoch(Struct, frozen=True):
    """One line of `history.csv`."""

    phase: str
    loss: float
    val_loss: float
    accuracy: float
    val_accuracy: float


@dataclass(frozen=True)
class DescribedModel:
    """A model as its page shows it.

    Attributes:
        card: what it says of itself.
        measured: what was measured; None where nothing was.
        history: its training, an entry an epoch; empty where it was not written down.
    """

    card: ModelCard
    measured: Metrics | None = None
    history: list[Epoch] = field(default_factory=list)


def describe(folder: Path) -> DescribedModel:
    """Read a model folder, all but its graph.

    Raises:
        BadModel: a file is not what the card says, or does not read.
    """
    card = read_card(folder)
    measured = _decode(folder, METRICS, lambda data: msgspec.json.decode(data, type=Metrics), card)
    return DescribedModel(card, measured, _decode(folder, HISTORY, _epochs, card) or [])


def _decode(folder: Path, name: str, decode: Callable[[bytes], T], card: ModelCard) -> T | None:
    if name not in card.files:
        return None
    try:
        return decode(read_file(folder, name, card))
    except (ValueError, msgspec.MsgspecError) as error:
        raise BadModel(f"{folder / name} does not read: {error}.", "Evaluate the model again.") from error


def _epochs(data: bytes) -> list[Epoch]:
    """Read the lines; what a training did not measure (accuracy, where it learned from a teacher's scores) is blank."""
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    filled = [{name: "nan" if value == "" else value for name, value in row.items()} for row in rows]
    return msgspec.convert(filled, list[Epoch], strict=False)


def serving(model: str, card: ModelCard) -> DescribedModel:
    """Describe a loaded model, from the folder that it came from where that still holds the same one."""
    try:
        found = describe(zoo.find(model))
    except (ModelNotFound, BadModel):
        return DescribedModel(card)
    return found if found.card.id == card.id else DescribedModel(card)
