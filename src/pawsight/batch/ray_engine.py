"""Classify many photos on many machines, and collect the predictions here, in the order of the photos.

Every machine must see the photos by the same path or address. The model travels with the work. Where the predictions
are too many for one machine, `pawsight.batch.partitions` lets the machines write them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from pawsight.batch.graph_batches import classify_in_batches
from pawsight.batch.run import PhotoResult
from pawsight.classifier import Classifier, Prediction
from pawsight.cluster.connection import connected
from pawsight.cluster.shared_model import SharedModel, open_shared, share_model
from pawsight.errors import PawsightError
from pawsight.parallel import in_batches
from pawsight.types import Limits

BLOCK = 256  # photos that travel together
_NOTHING = np.empty(0, np.float32)


@dataclass(frozen=True)
class SharedClassifier:
    """What a machine of the cluster needs to classify: the model, and what one photo may cost."""

    model: SharedModel
    limits: Limits

    def open(self) -> Classifier:
        """Load the model, once in each process."""
        return Classifier(*open_shared(self.model), self.limits)


def classify_on_cluster(
    model: str | Path, paths: Iterable[str], limits: Limits, workers: int | None
) -> Iterator[PhotoResult]:
    """Classify photos in their order; for the cluster see `pawsight.cluster.connection.connected`.

    Args:
        model: as `Classifier.load` takes it; must be on this machine only.
        paths: of photos, as every machine sees them, or addresses for `pawsight.batch.object_storage`; taken as they
            are needed.
        limits: what one photo may cost.
        workers: processors at a time; all of the cluster where None.

    Raises:
        BadSettings: there is no cluster at the address.
        ClusterTaskFailed: the cluster lost photos again and again.
    """
    with connected(workers) as cluster:
        blocks = in_batches(map(os.fsencode, paths), BLOCK)
        for block in cluster.in_order(_classify, SharedClassifier(share_model(model), limits), blocks):
            for path, prediction in block:
                yield _result(os.fsdecode(path), msgspec.json.decode(prediction))


def _classify(shared: SharedClassifier, paths: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Classify a block of photos, in a process of the cluster."""
    results = classify_in_batches(shared.open(), map(os.fsdecode, paths))
    return [(path, msgspec.json.encode(one.to_dict())) for path, one in zip(paths, results, strict=True)]


def _result(path: str, shown: dict[str, Any]) -> PhotoResult:
    """Make a result again of what `PhotoResult.to_dict` returned."""
    if shown["error"]:
        error = PawsightError(shown["error"]["message"])
        error.code = shown["error"]["code"]
        return PhotoResult(path, error=error)
    known = {name: shown[name] for name in ("label", "verdict", "scores", "model")}
    return PhotoResult(path, Prediction(**known, features=_NOTHING, maps=_NOTHING))
