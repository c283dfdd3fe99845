"""Features of things that nobody asked about, which come with a model: what is none of your classes looks like these.

A model that learned tulips and roses has never seen a car. The bank shows it some hundred photos of other things, as
their features alone (outlier exposure: Hendrycks et al., arXiv 1812.04606): four bits a number, after a square root,
which keeps the small ones apart.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pawsight.errors import BadModel
from pawsight.model.card import ModelCard, read_file
from pawsight.types import Floats

FILE = "outliers.npz"
_LEVELS = 15  # four bits
_FEWEST = 1e-12

Names = npt.NDArray[np.str_]


@dataclass(frozen=True)
class OutlierBank:
    """Photos of other things.

    Attributes:
        features: `(M, D)` float32, of length 1.
        kinds: `(M,)` names of what they show.
    """

    features: Floats
    kinds: Names

    def without(self, kinds: Iterable[str]) -> OutlierBank:
        """Leave out some kinds."""
        kept = ~np.isin(self.kinds, list(kinds))
        return OutlierBank(self.features[kept], self.kinds[kept])

    def fold(self, number: int, folds: int) -> npt.NDArray[np.bool_]:
        """Return which photos are held out in one of several folds, whole kinds at a time: `(M,)` bool."""
        names = np.unique(self.kinds)
        return np.isin(self.kinds, names[number % folds :: folds])


def unit(features: Floats) -> Floats:
    """Scale features `(N, D)` to length 1."""
    scaled: Floats = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), _FEWEST)
    return scaled.astype(np.float32)


def no_outliers(dimensions: int) -> OutlierBank:
    """Return an empty bank."""
    return OutlierBank(np.empty((0, dimensions), np.float32), np.empty(0, np.str_))


def pack(features: Floats, kinds: Iterable[str]) -> bytes:
    """Quantize features `(M, D)`, 0 or more, into the content of `outliers.npz`."""
    shares = features / np.maximum(features.max(axis=1, keepdims=True), _FEWEST)
    levels = np.round(_LEVELS * np.sqrt(np.clip(shares, 0, 1))).astype(np.uint8)
    even = np.pad(levels, ((0, 0), (0, levels.shape[1] % 2)))
    buffer = io.BytesIO()
    packed, names = even[:, ::2] << 4 | even[:, 1::2], np.array(list(kinds))
    np.savez_compressed(buffer, packed=packed, dimensions=np.int64(levels.shape[1]), kinds=names)
    return buffer.getvalue()


def unpack(content: bytes) -> OutlierBank:
    """Read what `pack` made.

    Raises:
        ValueError, KeyError: it is something else.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        packed, dimensions, kinds = found["packed"], int(found["dimensions"]), found["kinds"]
    levels = np.stack([packed >> 4, packed & 15], axis=2).reshape(len(packed), -1)[:, :dimensions]
    return OutlierBank(unit(np.square(levels.astype(np.float32) / np.float32(_LEVELS))), kinds)


def read_bank(folder: Path, card: ModelCard, dimensions: int) -> OutlierBank:
    """Read the bank of a model; an empty one where none came with it.

    Args:
        folder, card: of the model.
        dimensions: of its features.

    Raises:
        BadModel: the bank is damaged, or of another model.
    """
    if FILE not in card.files:
        return no_outliers(dimensions)
    try:
        bank = unpack(read_file(folder, FILE, card))
    except (ValueError, KeyError, OSError) as error:
        raise BadModel(f"{folder / FILE} does not read: {error}.", "Copy the model again.") from error
    if bank.features.shape[1] != dimensions:
        raise BadModel(f"{folder / FILE} holds features of another model.", "Copy the model again.")
    return bank
