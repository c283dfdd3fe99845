"""Fit everything behind a trained trunk: calibration, the gate, and scores by place.

All of it is fitted on what the trunk says in the arithmetic that it will serve in, and takes minutes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pawsight.data import Dataset
from pawsight.data.sources import NEITHER
from pawsight.recipes import Recipe
from pawsight.train.calibrate import Scaling, fit_scaling
from pawsight.train.loader import Indices
from pawsight.train.networks import Network
from pawsight.train.networks.gate import OPEN, Gate
from pawsight.train.networks.places import Places
from pawsight.train.outlier_head import Evidence, OutlierHead, admit, fit_outlier_head, logit_line
from pawsight.train.trunk_outputs import TrunkOutputs, TrunkReader
from pawsight.types import Floats

PETS = 6000  # photos of the classes that the gate learns from
# Probability that a class is in a photo by its place, together with another one -> share of photos of one class above.
TOGETHER = {0.8: 0.002, 0.2: 0.004}


@dataclass(frozen=True)
class Heads:
    """What was fitted behind a trunk, and what it was fitted on.

    Attributes:
        network: with head, gate and places set.
        scaling: that the head's logits were calibrated by.
        head: the part of the gate that was shown outliers; None where there were too few.
        train, held_out: what the gate was fitted on, and what chose its limits.
        outliers: outputs of all photos of neither, of every split.
        kinds: what each of these shows, `(N,)`.
    """

    network: Network
    scaling: Scaling
    head: OutlierHead | None
    train: Evidence
    held_out: Evidence
    outliers: TrunkOutputs
    kinds: Any

    def scores(self, places: Indices, without: Collection[str]) -> Floats:
        """Return scores `(M, C)` for some of the outliers, from a gate that never saw the kinds `without`."""
        gate = self.network.gate
        if gate:
            _set(gate, fit_outlier_head(self.train, self.held_out, without))
        scores = _sigmoid(self.outliers.logits[places])
        if self.network.places:
            scores = self.network.places(scores, self.outliers.maps[places])
        if gate:
            scores = scores * gate(self.outliers.features[places])[0]
        return np.asarray(keras.ops.convert_to_numpy(scores))

    def restore(self) -> None:
        """Set the gate to what was fitted with all kinds, after `scores` has set it to others."""
        if self.network.gate:
            _set(self.network.gate, self.head)


def fit_heads(network: Network, data: Dataset, recipe: Recipe, work: Path) -> Heads:
    """Calibrate the head on validation, fit gate and places, and set them in the network.

    Args:
        network: trained.
        data, recipe: what it was trained on, and how.
        work: folder for files on the way.
    """
    reader = TrunkReader(network, data, recipe, work / "trunk.onnx")
    held_out, pairs = (read(data.indices("validation")) for read in (reader.plain, lambda rows: reader.pairs(rows, 0)))
    # The gate decides on photos of neither; scores of the others are calibrated without them.
    shown = held_out.targets.any(axis=1)
    scaling = fit_scaling(held_out.logits[shown], held_out.targets[shown])
    kernel, bias = network.head.get_weights()
    network.head.set_weights([kernel * scaling.slope, scaling(bias)])
    kinds = np.array([row.kind or NEITHER for row in data.rows])
    chosen, outliers = _training(data, recipe), np.flatnonzero(data.targets.sum(axis=1) == 0)
    views = [reader.plain(chosen), reader.changed(chosen, 0)]
    train = _evidence(network.gate, views, [kinds[chosen]] * 2)
    proof = _evidence(network.gate, [held_out, pairs], [kinds[data.indices("validation")]] * 2)
    network, head = _with_gate(network, train, proof)
    if network.places:
        _set_places(network.places, _calibrated(held_out, scaling))
    others = _calibrated(reader.plain(outliers) if len(outliers) else held_out.none(), scaling)
    heads = Heads(network, scaling, head, train, proof, others, kinds[outliers])
    heads.restore()
    return heads


def _training(data: Dataset, recipe: Recipe) -> Indices:
    """Return all training photos of neither, and the first `PETS` others: emphasized sources, then by content hash."""

    def order(place: int) -> tuple[bool, str]:
        row = data.rows[place]
        return row.source not in recipe.emphasis, row.sha256

    train = data.indices("train")
    shown = data.targets[train].sum(axis=1) > 0
    pets = sorted(train[shown], key=order)[:PETS]
    return np.sort(np.concatenate([train[~shown], np.array(pets, dtype=np.int64)]))


def _calibrated(outputs: TrunkOutputs, scaling: Scaling) -> TrunkOutputs:
    return replace(outputs, maps=scaling(outputs.maps))


def _evidence(gate: Gate | None, views: list[TrunkOutputs], kinds: list[Any]) -> Evidence:
    features = np.concatenate([view.features for view in views])
    wanted = np.concatenate([view.targets.sum(axis=1) > 0 for view in views])
    known = np.zeros(len(features), np.float32)
    if gate:
        known = keras.ops.convert_to_numpy(gate.evidence(gate.probabilities(features)))[:, 0]
    return Evidence(features, known, wanted, np.where(wanted, "", np.concatenate(kinds)))


def _with_gate(network: Network, train: Evidence, held_out: Evidence) -> tuple[Network, OutlierHead | None]:
    """Fit the two parts of a gate; one without an ImageNet head is made where there are photos of neither."""
    gate = network.gate
    if gate:
        gate.set_evidence(*admit(held_out.evidence[held_out.wanted]))
    if not (head := fit_outlier_head(train, held_out)):
        return network, None
    if not gate:
        gate = Gate(name="gate")
        gate.build((None, train.features.shape[1]))
    return replace(network, gate=gate), head


def _set(gate: Gate, head: OutlierHead | None) -> None:
    """Set the part that was shown outliers; without one it admits everything."""
    if head:
        gate.set_outliers(head.kernel, head.evidence, head.bias)
    else:
        gate.set_outliers(np.zeros(gate.outlier_kernel.shape[0], np.float32), 0.0, OPEN)


def _set_places(places: Places, held_out: TrunkOutputs) -> None:
    """Choose from which evidence on a second class is in the photo, on photos that show one; without them it stays."""
    singles = held_out.maps[held_out.targets.sum(axis=1) == 1]
    if not len(singles):
        return
    found = keras.ops.convert_to_numpy(places.evidence(singles)).max(axis=1)
    line = {probability: float(np.quantile(found, 1 - share)) for probability, share in TOGETHER.items()}
    places.set(*logit_line(line))


def _sigmoid(logits: Floats) -> Floats:
    scores: Floats = np.exp(-np.logaddexp(0, -logits)).astype(np.float32)
    return scores
