"""A second figure: the same answers, judged by labels that a person put right.

Published labels have errors, and an error in the test split counts against a model that is right. The published figure
stays the headline, because everybody can repeat it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pawsight.data import Dataset
from pawsight.errors import BadData
from pawsight.evaluate.run import Evaluation
from pawsight.metrics import measure
from pawsight.model.class_names import BOTH, NEITHER
from pawsight.types import Floats

COLUMNS = ("path", "label")
LEFT_OUT = ""


@dataclass(frozen=True)
class CorrectedFigures:
    """An evaluation by corrected labels.

    Attributes:
        labels: path of a photo -> its corrected label, as they were given.
        result: without the photos that were left out.
        changed: photos of the split whose label was changed.
        left_out: photos of the split that count no more.
    """

    labels: Mapping[str, str]
    result: Evaluation
    changed: int
    left_out: int


def read_corrections(path: Path, data: Dataset) -> dict[str, str]:
    """Read a CSV file with the columns `path` and `label`.

    Args:
        path: of the file. Its paths are those of the manifest, of any split; its labels a class, `neither`, `both` (the
            photo shows several and counts in no figure), or empty (leave the photo out).

    Returns:
        Path of a photo -> label.

    Raises:
        BadData: the file does not read, or a line names no photo of the set, a photo for the second time, or no label.
    """
    known = {row.path for row in data.rows}
    labels = {*data.classes, NEITHER, BOTH, LEFT_OUT}
    found: dict[str, str] = {}
    for number, (name, label) in enumerate(_lines(path), 2):
        if name not in known:
            raise BadData(
                f"{path}, line {number}: no photo of the set is called {name!r}.", "Paths stand in manifest.csv."
            )
        if name in found:
            raise BadData(f"{path}, line {number}: {name!r} was corrected before.", "Keep one line for each photo.")
        if label not in labels:
            expected = f"{', '.join([*data.classes, NEITHER])}, {BOTH} or nothing"
            raise BadData(f"{path}, line {number}: expected a label out of {expected}, but received {label!r}.")
        found[name] = label
    return found


def _lines(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            table = csv.DictReader(file)
            if not set(COLUMNS) <= set(table.fieldnames or ()):
                raise BadData(
                    f"Expected the columns path and label in {path}, but it has {table.fieldnames or 'none'}."
                )
            return [(row["path"], (row["label"] or "").strip().lower()) for row in table]
    except (OSError, csv.Error) as error:
        raise BadData(f"Expected corrections in CSV at {path}, but they do not read ({error}).") from error


def correct(result: Evaluation, corrections: Mapping[str, str]) -> CorrectedFigures:
    """Judge the same answers by corrected labels.

    Raises:
        BadData: no photo of exactly one class is left.
    """
    labels = [corrections.get(path) for path in result.paths]
    targets = np.stack([_target(label, row, result.classes) for label, row in zip(labels, result.targets, strict=True)])
    kept = np.array([label != LEFT_OUT for label in labels])
    changed = int((targets != result.targets).any(axis=1).sum())
    if not (targets[kept].sum(axis=1) == 1).any():
        raise BadData("Expected photos of one class after the corrections, but there are none left.")
    return CorrectedFigures(corrections, _measured(result, targets, kept), changed, int((~kept).sum()))


def _target(label: str | None, published: Floats, classes: Sequence[str]) -> Floats:
    if label is None or label == LEFT_OUT:
        return published
    return np.array([label in (name, BOTH) for name in classes], dtype=np.float32)


def _measured(result: Evaluation, targets: Floats, kept: npt.NDArray[np.bool_]) -> Evaluation:
    verdicts = [verdict for verdict, keep in zip(result.verdicts, kept, strict=True) if keep]
    return replace(
        result,
        paths=[path for path, keep in zip(result.paths, kept, strict=True) if keep],
        targets=targets[kept],
        scores=result.scores[kept],
        verdicts=verdicts,
        metrics=measure(targets[kept], result.scores[kept], verdicts, result.classes, result.split),
    )
