"""What a model folder says of how good its model is: `metrics.json` and `history.csv`, as the page shows them.

Evaluation writes these files; its own module needs libraries that a server has not, and a page must show folders of
older versions too. So every number may be missing here.
"""

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
from pawsight.card import ModelCard, read_card, read_file
from pawsight.errors import BadModel, ModelNotFound

METRICS, HISTORY = "metrics.json", "history.csv"
T = TypeVar("T")


class Number(Struct, frozen=True):
    """A measured number, its 95 % interval, and how many photos it rests on."""

    value: float | None = None
    n: int = 0
    low: float | None = None
    high: float | None = None


class OneClass(Struct, frozen=True):
    """How one class fares; support is the number of photos that show it."""

    precision: Number = Number()
    recall: Number = Number()
    f1: Number = Number()
    roc_auc: Number = Number()
    support: int = 0


class Bin(Struct, frozen=True):
    """Scores of about one size: their mean, and how often what they say was so."""

    said: float
    happened: Number


class Measured(Struct, frozen=True, kw_only=True):
    """Content of `metrics.json`.

    Attributes:
        confusion: `(C, C)` photos; rows are true classes, columns told ones, in the order of `per_class`.
        verdicts: verdict -> photos.
        roc: class -> its curve, as (false positive rate, recall) from (0, 0) to (1, 1).
        reliability: from low to high scores.
    """

    accuracy: Number = Number()
    macro_precision: Number = Number()
    macro_recall: Number = Number()
    macro_f1: Number = Number()
    roc_auc: Number = Number()
    log_loss: Number = Number()
    calibration_error: Number = Number()
    per_class: dict[str, OneClass] = {}
    confusion: list[list[int]] = []
    verdicts: dict[str, int] = {}
    wrong_verdicts: Number = Number()
    false_accepts: Number | None = None
    roc: dict[str, list[tuple[float, float]]] = {}
    reliability: list[Bin] = []


class Epoch(Struct, frozen=True):
    """One line of `history.csv`."""

    phase: str
    loss: float
    val_loss: float
    accuracy: float
    val_accuracy: float


@dataclass(frozen=True)
class Described:
    """A model as its page shows it.

    Attributes:
        card: what it says of itself.
        measured: what was measured; None where nothing was.
        history: its training, an entry an epoch; empty where it was not written down.
    """

    card: ModelCard
    measured: Measured | None = None
    history: list[Epoch] = field(default_factory=list)


def describe(folder: Path) -> Described:
    """Read a model folder, all but its graph.

    Raises:
        BadModel: a file is not what the card says, or does not read.
    """
    card = read_card(folder)
    measured = _decode(folder, METRICS, lambda data: msgspec.json.decode(data, type=Measured), card)
    return Described(card, measured, _decode(folder, HISTORY, _epochs, card) or [])


def _decode(folder: Path, name: str, decode: Callable[[bytes], T], card: ModelCard) -> T | None:
    if name not in card.files:
        return None
    try:
        return decode(read_file(folder, name, card))
    except (ValueError, msgspec.MsgspecError) as error:
        raise BadModel(f"{folder / name} does not read: {error}.", "Evaluate the model again.") from error


def _epochs(data: bytes) -> list[Epoch]:
    return msgspec.convert(list(csv.DictReader(io.StringIO(data.decode()))), list[Epoch], strict=False)


def serving(model: str, card: ModelCard) -> Described:
    """Describe a loaded model, from the folder that it came from where that still holds the same one."""
    try:
        found = describe(zoo.find(model))
    except (ModelNotFound, BadModel):
        return Described(card)
    return found if found.card.id == card.id else Described(card)
