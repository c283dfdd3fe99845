"""`card.json`: what a model folder says of itself.

A model is a folder that needs nothing outside itself to be served: the card holds class names, how to fit a photo,
thresholds, golden answers, figures and where everything came from. `docs/model-folder.md` describes each field.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from pawsight.errors import BadModel
from pawsight.types import FitMode, Interpolation

CARD = "card.json"
GRAPH = "model.onnx"

Probability = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[int, Meta(gt=0)]
Precision = Literal["float32", "int8"]


class Input(Struct, frozen=True, forbid_unknown_fields=True):
    """How a photo is brought to the graph's `(N, size, size, 3)` uint8 input."""

    size: Positive
    fit: FitMode
    interpolation: Interpolation = "bicubic"


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True):
    """A class is there from `present` up, not there from `absent` down, and between them nobody knows."""

    absent: Probability
    present: Probability


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """Identity of one file of the folder."""

    sha256: str
    bytes: int


class Golden(Struct, frozen=True, forbid_unknown_fields=True):
    """Scores expected on the pictures of `pawsight.runtime.golden`: for each picture, class -> score.

    By name and not by place, so that class names in another order do not go unnoticed.
    """

    seed: str
    tolerance: Probability
    scores: list[dict[str, Probability]]


class Metric(Struct, frozen=True, forbid_unknown_fields=True):
    """A measured number: its value, 95 % interval, and how many photos it rests on."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """What thresholds chosen for an error budget did on the validation split: `unsure` is the share of photos left to a
    person, `wrong` the share of wrong ones among the others; the upper end of its interval is within the budget."""

    thresholds: Thresholds
    unsure: Metric
    wrong: Metric


class Data(Struct, frozen=True, forbid_unknown_fields=True):
    """What the model was trained on: the manifest's fingerprint and the number of photos in each split."""

    fingerprint: str
    splits: dict[str, int]


class ModelCard(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything about a model but its weights. Immutable; written once, when the folder is complete."""

    format: Literal[1] = 1
    name: str
    version: str
    date: str
    classes: Annotated[list[str], Meta(min_length=1)]
    input: Input
    thresholds: Thresholds
    temperature: float = 1.0
    precision: Precision = "float32"
    recipe: dict[str, Any] = {}
    data: Data | None = None
    metrics: dict[str, Metric] = {}
    budgets: dict[str, Budget] = {}
    libraries: dict[str, str] = {}
    licence: str = ""
    origin: str = ""
    files: dict[str, File] = {}
    golden: Golden

    @property
    def id(self) -> str:
        """Name and version in one, as predictions carry it."""
        return f"{self.name}-{self.version}"


def describe(path: Path) -> File:
    """Measure one file of a model folder, for the card's `files`."""
    data = path.read_bytes()
    return File(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def seal(card: ModelCard, folder: Path) -> ModelCard:
    """Write `card.json` into a folder that is otherwise complete, with the identity of each file in it.

    Returns:
        The card as written.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CARD)
    files = {path.relative_to(folder).as_posix(): describe(path) for path in paths}
    sealed = msgspec.structs.replace(card, files=files)
    _write(sealed, folder)
    return sealed


def _write(card: ModelCard, folder: Path) -> None:
    (folder / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def read_card(folder: Path) -> ModelCard:
    """Read and check `card.json`.

    Raises:
        BadModel: no card, not JSON, a field that is missing, unknown or out of range; the message names it.
    """
    path = folder / CARD
    try:
        card = msgspec.json.decode(path.read_bytes(), type=ModelCard)
    except OSError as error:
        raise BadModel(
            f"Expected a model folder with {CARD} at {folder}, but {CARD} cannot be read ({error.strerror}).",
            "Give the folder that `pawsight train` wrote.",
        ) from error
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise BadModel(f"{path} is no valid model card: {error}.", "Write the folder again; do not edit it.") from error
    _check(card, path)
    return card


def _check(card: ModelCard, path: Path) -> None:
    if len(set(card.classes)) != len(card.classes):
        raise BadModel(f"{path} names a class twice: {', '.join(card.classes)}.")
    if card.thresholds.absent > card.thresholds.present:
        raise BadModel(f"{path} has thresholds that overlap: absent above present.")
    if any(set(row) != set(card.classes) for row in card.golden.scores) or not card.golden.scores:
        raise BadModel(f"{path} expects golden scores for other classes than it names.")


def read_file(folder: Path, name: str, card: ModelCard) -> bytes:
    """Read one file of a model folder and check it against the card before anybody uses it.

    Raises:
        BadModel: the card does not list the file, it is missing, or its bytes are not the ones listed.
    """
    if name not in card.files:
        raise BadModel(f"The card in {folder} does not list {name}.", "Write the folder again; do not edit it.")
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise BadModel(f"Expected {name} in {folder}, but it cannot be read ({error.strerror}).") from error
    if hashlib.sha256(data).hexdigest() != card.files[name].sha256:
        raise BadModel(
            f"{folder / name} is not the file that its card describes (SHA-256 differs).",
            "Copy or train the model again.",
        )
    return data
