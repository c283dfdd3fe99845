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

from pawsight.errors import BadData, BadModel
from pawsight.estimates import Estimate
from pawsight.model import single_file
from pawsight.model.class_names import check_names
from pawsight.model.safe_read import read_inside
from pawsight.types import FitMode, Interpolation

CARD = "card.json"
GRAPH = "model.onnx"
LITERT = "model.tflite"
LARGEST_CARD = 4_000_000
LARGEST_FILE = 2**31  # what protobuf, and so an ONNX file, may have
_EDITED = "Write the folder again; do not edit it."

Probability = Annotated[float, Meta(ge=0, le=1)]
Side = Annotated[int, Meta(gt=0, le=2048)]  # the golden pictures are fitted before anything of the graph is known
Precision = Literal["float32", "float16", "int8"]


class Input(Struct, frozen=True, forbid_unknown_fields=True):
    """How a photo is fitted to the graph's `(N, size, size, 3)` uint8 input."""

    size: Side
    fit: FitMode
    interpolation: Interpolation = "bicubic"


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True):
    """How scores become verdicts, see `pawsight.model.decision`.

    Attributes:
        absent, present: a class is in the photo from `present` up and not in it from `absent` down; between them the
            verdict is `unsure`. Of classes that exclude each other, the highest score is compared with `present`, and
            the sum of all with `absent`.
        exclusive: a photo shows one class at most: scores are shares of one probability, and no verdict is `both`.
    """

    absent: Probability
    present: Probability
    exclusive: bool = False


class CardFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Identity of one file of the folder."""

    sha256: str
    bytes: int


Sketch = Annotated[list[float], Meta(max_length=64)]


class Golden(Struct, frozen=True, forbid_unknown_fields=True):
    """What is expected on the pictures of `pawsight.runtime.golden`.

    Classes go by name and not by place, so that class names in another order do not go unnoticed.

    Attributes:
        seed: of the pictures.
        tolerance: largest difference of a score.
        scores: for each picture, class -> score.
        maps: for each picture, class -> sketch of its map; empty in cards of older versions.
        features: for each picture, a sketch of its features; empty in cards of older versions.
    """

    seed: str
    tolerance: Annotated[float, Meta(ge=0, le=0.2)]
    scores: Annotated[list[dict[str, Probability]], Meta(max_length=64)]
    maps: Annotated[list[dict[str, Sketch]], Meta(max_length=64)] = []
    features: Annotated[list[Sketch], Meta(max_length=64)] = []


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """What thresholds chosen for an error budget did on the validation split: `unsure` is the share of photos left to a
    person, `wrong` the share of wrong ones among the others; the upper end of its interval is within the budget."""

    thresholds: Thresholds
    unsure: Estimate
    wrong: Estimate


class TrainingData(Struct, frozen=True, forbid_unknown_fields=True):
    """What the model was trained on.

    Attributes:
        fingerprint: of the manifest.
        splits: number of photos in each split.
        sources: source of photos -> what they are and their license.
    """

    fingerprint: str
    splits: dict[str, int]
    sources: dict[str, str] = {}


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
    data: TrainingData | None = None
    metrics: dict[str, Estimate] = {}
    budgets: dict[str, Budget] = {}
    libraries: dict[str, str] = {}
    licence: str = ""
    origin: str = ""
    files: dict[str, CardFile] = {}
    golden: Golden
    sha256: str = ""

    @property
    def id(self) -> str:
        """Name and version in one, as predictions carry it."""
        return f"{self.name}-{self.version}"

    @property
    def graph(self) -> str:
        """Name of the file that answers: `model.onnx`, or `model.tflite` where there is only that."""
        return LITERT if LITERT in self.files and GRAPH not in self.files else GRAPH


def describe(data: bytes) -> CardFile:
    """Measure the content of one file of a model folder, for the card's `files`."""
    return CardFile(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def card_fingerprint(content: bytes) -> str:
    """Hash what a card's JSON says, without the field for the hash itself and however its lines are broken: SHA-256 in
    hex."""
    fields = msgspec.json.decode(content)
    fields.pop("sha256", None)
    return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()


def encode(card: ModelCard) -> bytes:
    """A card as JSON, for people too."""
    return msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n"


def read_card(model: Path) -> ModelCard:
    """Read and check `card.json`.

    Args:
        model: a folder, or a file with its card inside.

    Raises:
        BadModel: no card, not JSON, a field that is missing, unknown or out of range; the message names it. Or it was
            changed after it was sealed.
    """
    _refuse_other_programs(model)
    path = model if model.is_file() else model / CARD
    try:
        content = _card_of(path)
    except OSError as error:
        raise BadModel(
            f"Expected a model folder with {CARD} at {model}, but {CARD} cannot be read ({error.strerror}).",
            "Give the folder that `pawsight train` wrote.",
        ) from error
    try:
        card = msgspec.json.decode(content, type=ModelCard)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        raise BadModel(f"{path} is no valid model card: {error}.", _EDITED) from error
    _check(card, path)
    if card.sha256 and card.sha256 != card_fingerprint(content):
        raise BadModel(f"{path} was changed after it was written (SHA-256 differs).", _EDITED)
    return card


def _refuse_other_programs(model: Path) -> None:
    """Say of what `pawsight export` writes for other programs that it is not damaged, but not for Pawsight."""
    graphs = {"OpenVINO": model / "model.xml", "TensorFlow": model / "saved_model.pb"}
    programs = [name for name, graph in graphs.items() if graph.is_file() and not (model / GRAPH).is_file()]
    if model.suffix == ".keras" and model.is_file():
        programs = ["Keras"]
    if programs:
        raise BadModel(
            f"{model} is a model for {programs[0]}, which Pawsight exports but does not run.",
            f"Open it with {programs[0]}, or give the model that it was exported from.",
        )


def _card_of(path: Path) -> bytes:
    if path.name == CARD:
        return read_inside(path.parent, CARD, LARGEST_CARD)
    if (card := single_file.unpack(_read_single(path))) is None:
        raise BadModel(
            f"Expected a model with its card inside at {path}, but there is no card in it.",
            "Give a file that `pawsight export` wrote, or a model folder.",
        )
    if len(card) > LARGEST_CARD:
        raise BadModel(f"The card in {path} has {len(card):,} bytes, more than expected ({LARGEST_CARD:,}).", _EDITED)
    return card


def _read_single(path: Path) -> bytes:
    """The content of a file that is a whole model; it may be reached over links."""
    real = path.resolve()
    return read_inside(real.parent, real.name, LARGEST_FILE)


def _check(card: ModelCard, path: Path) -> None:
    if len(set(card.classes)) != len(card.classes):
        raise BadModel(f"{path} names a class twice: {', '.join(card.classes)}.")
    try:
        check_names(card.classes)
    except BadData as error:
        raise BadModel(f"{path}: {error.message}", error.hint) from error
    if card.thresholds.absent > card.thresholds.present:
        raise BadModel(f"{path} has thresholds that overlap: absent above present.")
    rows = [*map(set, card.golden.scores), *map(set, card.golden.maps)]
    if any(row != set(card.classes) for row in rows) or not card.golden.scores:
        raise BadModel(f"{path} expects golden scores for other classes than it names.")
    if outside := [name for name in card.files if not _is_inside(name)]:
        raise BadModel(f"{path} lists files that are not in its folder: {', '.join(map(repr, outside[:3]))}.")


def _is_inside(name: str) -> bool:
    """Return whether a name stays in the folder, on every system."""
    parts = name.replace("\\", "/").split("/")
    return not {"", ".", ".."} & set(parts) and ":" not in name and name.isprintable()


def read_model(folder: Path) -> tuple[ModelCard, bytes]:
    """Read a card and its graph, both checked.

    Raises:
        BadModel: the folder can't be trusted, also when it is read a second time: it may be replaced while it is read.
    """
    try:
        card = read_card(folder)
        return card, read_file(folder, card.graph, card)
    except BadModel:
        card = read_card(folder)
        return card, read_file(folder, card.graph, card)


def _unlike(found: CardFile, listed: CardFile) -> str:
    if found.bytes != listed.bytes:
        return f"it has {found.bytes:,} bytes in place of {listed.bytes:,}"
    return f"its SHA-256 is {found.sha256[:12]}... in place of {listed.sha256[:12]}..."


def read_file(folder: Path, name: str, card: ModelCard) -> bytes:
    """Read one file of a model folder, or the graph out of a single file, and check it against the card before anybody
    uses it.

    Raises:
        BadModel: the card does not list the file, it is missing, or its bytes are not the ones listed.
    """
    if name not in card.files:
        raise BadModel(f"The card in {folder} does not list {name}.", _EDITED)
    listed = card.files[name]
    try:
        data = (
            _read_single(folder)[: listed.bytes]
            if folder.is_file()
            else read_inside(folder, name, min(listed.bytes, LARGEST_FILE))
        )
    except OSError as error:
        raise BadModel(f"Expected {name} in {folder}, but it cannot be read ({error.strerror}).") from error
    if (found := describe(data)) != listed:
        where = folder if folder.is_file() else folder / name
        raise BadModel(
            f"{where} is not what its card describes: {_unlike(found, listed)}.", "Copy or train the model again."
        )
    return data
