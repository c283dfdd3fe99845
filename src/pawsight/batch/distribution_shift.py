"""Is a folder like the photos that an error budget was measured on?

A promise holds for photos that could have been drawn from the same source (that are exchangeable with those measured);
infrared pictures, paintings or another camera's are not. Before a sort, each photo gets a novelty: how far its features
are from the nearest photo measured (deep nearest neighbors: Sun and others, arXiv 2204.06507). If both sets are
exchangeable, the ranks of the novelties are, too: a photo of the folder is as often less familiar as more (conformal
p-values: Bates and others, arXiv 2104.08279; the rank-sum test of Mann and Whitney 1947). Brightness, color and size
are compared in the same way, and say what differs.

A test finds any difference if there are photos enough; what matters is whether it is large. So not the p-value decides,
but the effect, the chance that a random photo of the folder exceeds a random measured one, beyond its own error.
Limits were chosen on photos with known labels: 300 others of Microsoft's give 0.49, 200 cats and dogs of another source
0.50, 150 of Microsoft's made infrared 0.68, dark 0.67, blurred 0.92, drawn dogs 0.93, other animals 0.96.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pawsight.classifier import Classifier, Prediction
from pawsight.data import Dataset
from pawsight.errors import BadModel
from pawsight.model.card import ModelCard, read_card, read_file
from pawsight.model.class_names import BOTH, NEITHER
from pawsight.model.seal import seal
from pawsight.parallel import in_order, usable_processors
from pawsight.types import Floats, Pixels

REFERENCE = "reference.npz"
LEAST = 20  # photos; fewer show nothing
SIZE = 500  # photos that a reference holds
DIMENSIONS = 64  # of projected features: distances stay within a few percent (Johnson and Lindenstrauss 1984)
NOVEL = 0.55
FAR = 0.25  # from even, for brightness, color and size
_ERRORS = 1.645  # standard errors: 95 % one-sided


@dataclass(frozen=True)
class PhotoTraits:
    """What is compared of a photo.

    Attributes:
        features: `(DIMENSIONS,)` float32, the model's, projected.
        brightness: mean gray level, 0..255.
        color: mean difference between the strongest and the weakest of red, green and blue, 0..255.
        side: the shorter side in pixels, as decoded.
    """

    features: Floats
    brightness: float
    color: float
    side: int


@dataclass(frozen=True)
class Reference:
    """Photos that an error budget was measured on.

    Attributes:
        features: `(M, DIMENSIONS)` float32.
        brightness, color, side: `(M,)` float32; see `PhotoTraits`.
        mix: how many photos showed what, such as `{"cat": 950, "dog": 960, "neither": 120}`.
    """

    features: Floats
    brightness: Floats
    color: Floats
    side: Floats
    mix: dict[str, int]


def measure(photo: Pixels, prediction: Prediction) -> PhotoTraits:
    """Note what is compared of a photo while it is classified.

    Args:
        photo: `(H, W, 3)` uint8.
        prediction: of the model that has the reference.
    """
    small = photo[:: max(1, photo.shape[0] // 64), :: max(1, photo.shape[1] // 64)].astype(np.float32)
    color = float((small.max(axis=2) - small.min(axis=2)).mean())
    return PhotoTraits(_project(prediction.features), float(small.mean()), color, min(photo.shape[:2]))


def make_reference(traits: Sequence[PhotoTraits], mix: dict[str, int]) -> Reference:
    """Gather photos into a reference."""
    brightness, color, side = (
        np.array([getattr(one, name) for one in traits], np.float32) for name in ("brightness", "color", "side")
    )
    return Reference(np.stack([one.features for one in traits]), brightness, color, side, mix)


def gather(classifier: Classifier, photos: Iterable[bytes], mix: dict[str, int]) -> Reference:
    """Make a reference of photos, classified by the model that will have it."""

    def one(photo: bytes) -> PhotoTraits:
        pixels = classifier.decode(photo)
        return measure(pixels, classifier.predict_fitted([classifier.fit(pixels)])[0])

    workers = usable_processors()
    return make_reference(list(in_order(one, photos, workers, 4 * workers)), mix)


def sample_places(count: int) -> npt.NDArray[np.int64]:
    """Choose photos for a reference at random, `SIZE` at most: sorted indices below `count`, each time the same."""
    return np.sort(np.random.default_rng(0).permutation(count)[:SIZE])


def mix_of(targets: Floats, classes: Sequence[str]) -> dict[str, int]:
    """Count what photos show: each class, `both` and `neither`.

    Args:
        targets: `(N, C)`, 1 where a photo shows a class.
        classes: C names.
    """
    shown = targets.sum(axis=1)
    mix = {name: int(targets[shown == 1, place].sum()) for place, name in enumerate(classes)}
    mix |= {BOTH: int((shown > 1).sum()), NEITHER: int((shown == 0).sum())}
    return {name: number for name, number in mix.items() if number or name == NEITHER}


def add_reference(folder: Path, data: Dataset) -> None:
    """Write the reference of the validation photos, which budgets are measured on, into a model folder; seal it.

    Args:
        folder: a complete model folder.
        data: what the model was made of.
    """
    held_out = data.indices("validation")
    photos = data.photos(held_out[sample_places(len(held_out))])
    write_reference(gather(Classifier.load(folder), photos, mix_of(data.targets[held_out], data.classes)), folder)
    seal(read_card(folder), folder)


def write_reference(reference: Reference, folder: Path) -> None:
    """Write a reference into a model folder, which has to be sealed after that."""
    np.savez_compressed(
        folder / REFERENCE,
        features=reference.features.astype(np.float16),
        brightness=reference.brightness,
        color=reference.color,
        side=reference.side,
        mix=np.frombuffer(json.dumps(reference.mix).encode(), np.uint8),
    )


def read_reference(folder: Path, card: ModelCard) -> Reference | None:
    """Read the reference of a model; None where it has none.

    Raises:
        BadModel: it is damaged.
    """
    if REFERENCE not in card.files:
        return None
    try:
        with np.load(io.BytesIO(read_file(folder, REFERENCE, card)), allow_pickle=False) as file:
            numbers = {name: file[name].astype(np.float32) for name in ("features", "brightness", "color", "side")}
            return Reference(**numbers, mix=json.loads(file["mix"].tobytes()))
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise BadModel(f"{REFERENCE} in {folder} cannot be read ({error}).", "Copy the model again.") from error


def differences(reference: Reference, traits: Sequence[PhotoTraits]) -> list[str]:
    """Say in what a folder differs from the photos that a budget was measured on; nothing where it does not.

    Args:
        reference: of the model.
        traits: of the folder's photos, `LEAST` or more.
    """
    folder = make_reference(traits, {})
    known = _novelty(reference.features, reference.features, itself=True)
    novel = _novelty(reference.features, folder.features)
    found = []
    if _surely_above(novel, known, NOVEL):
        share = float((novel > np.median(known)).mean())
        found.append(f"what they show: {share:.0%} are less familiar than the median of those measured")
    for name, unit in (("brightness", "of 255"), ("color", "of 255"), ("side", "pixels")):
        here, there = getattr(folder, name), getattr(reference, name)
        if _surely_above(there, here, 0.5 + FAR) or (name != "side" and _surely_above(here, there, 0.5 + FAR)):
            label = {"brightness": "brightness", "color": "color", "side": "size, the shorter side"}[name]
            found.append(f"{label}: {np.median(here):.0f} {unit} (median), measured on {np.median(there):.0f}")
    return found


def _project(features: Floats) -> Floats:
    """Project features by random signs, the same for all models of as many features."""
    projected: Floats = features @ _signs(len(features)) / np.float32(np.sqrt(DIMENSIONS))
    return projected


@cache
def _signs(dimensions: int) -> Floats:
    return np.random.default_rng(0).choice(np.array([-1, 1], np.float32), (dimensions, DIMENSIONS))


def _novelty(reference: Floats, features: Floats, itself: bool = False) -> Floats:
    """Cosine distance to the nearest photo of the reference, `(N,)`."""
    distances = 1 - _unit(features) @ _unit(reference).T
    if itself:
        np.fill_diagonal(distances, np.inf)
    nearest: Floats = distances.min(axis=1)
    return nearest


def _unit(features: Floats) -> Floats:
    unit: Floats = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-6)
    return unit


def _surely_above(some: Floats, others: Floats, limit: float) -> bool:
    """Return whether the chance that one of `some` exceeds one of `others` is above a limit, beyond its error."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, some, "left") + np.searchsorted(ordered, some, "right")
    chance = float(below.mean()) / 2 / len(others)
    return bool(chance - _ERRORS * np.sqrt(chance * (1 - chance) / min(len(some), len(others))) > limit)
