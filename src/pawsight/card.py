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

from pawsight import packed
from pawsight.errors import BadModel
from pawsight.types import FitMode, Interpolation

CARD = "card.json"
GRAPH = "model.onnx"
LITERT = "model.tflite"

Probability = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[int, Meta(gt=0)]
Precision = Literal["float32", "float16", "int8"]


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

    @property
    def graph(self) -> str:
        """Name of the file that answers: `model.onnx`, or `model.tflite` where there is only that."""
        return LITERT if LITERT in self.files and GRAPH not in self.files else GRAPH


def describe(path: Path) -> File:
    """Measure one file of a model folder, for the card's `files`."""
    return _describe(path.read_bytes())


def _describe(data: bytes) -> File:
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


def seal_file(card: ModelCard, graph: bytes) -> bytes:
    """Make one file of a graph and its card, which then describes this graph and nothing else."""
    name = LITERT if packed.is_litert(graph) else GRAPH
    return packed.pack(graph, encode(msgspec.structs.replace(card, files={name: _describe(graph)})))


def _write(card: ModelCard, folder: Path) -> None:
    (folder / CARD).write_bytes(encode(card))


def encode(card: ModelCard) -> bytes:
    """A card as JSON, for people too."""
    return msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n"


def read_card(model: Path) -> ModelCard:
    """Read and check `card.json`.

    Args:
        model: a folder, or a file with its card inside.

    Raises:
        BadModel: no card, not JSON, a field that is missing, unknown or out of range; the message names it.
    """
    path = model if model.is_file() else model / CARD
    try:
        card = msgspec.json.decode(_card_of(path), type=ModelCard)
    except OSError as error:
        raise BadModel(
            f"Expected a model folder with {CARD} at {model}, but {CARD} cannot be read ({error.strerror}).",
            "Give the folder that `pawsight train` wrote.",
        ) from error
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise BadModel(f"{path} is no valid model card: {error}.", "Write the folder again; do not edit it.") from error
    _check(card, path)
    return card


def _card_of(path: Path) -> bytes:
    if path.name == CARD:
        return path.read_bytes()
    if (card := packed.unpack(path.read_bytes())) is None:
        raise BadModel(
            f"Expected a model with its card inside at {path}, but there is no card in it.",
            "Give a file that `pawsight export` wrote, or a model folder.",
        )
    return card


def _check(card: ModelCard, path: Path) -> None:
    if len(set(card.classes)) != len(card.classes):
        raise BadModel(f"{path} names a class twice: {', '.join(card.classes)}.")
    if card.thresholds.absent > card.thresholds.present:
        raise BadModel(f"{path} has thresholds that overlap: absent above present.")
    if any(set(row) != set(card.classes) for row in card.golden.scores) or not card.golden.scores:
        raise BadModel(f"{path} expects golden scores for other classes than it names.")


def read_file(folder: Path, name: str, card: ModelCard) -> bytes:
    """Read one file of a model folder, or the graph out of a single file, and check it against the card before anybody
    uses it.

    Raises:
        BadModel: the card does not list the file, it is missing, or its bytes are not the ones listed.
    """
    if name not in card.files:
        raise BadModel(f"The card in {folder} does not list {name}.", "Write the folder again; do not edit it.")
    try:
        data = folder.read_bytes()[: card.files[name].bytes] if folder.is_file() else (folder / name).read_bytes()
    except OSError as error:
        raise BadModel(f"Expected {name} in {folder}, but it cannot be read ({error.strerror}).") from error
    if hashlib.sha256(data).hexdigest() != card.files[name].sha256:
        raise BadModel(
            f"{folder if folder.is_file() else folder / name} is not what its card describes (SHA-256 differs).",
            "Copy or train the model again.",
        )
    return data
