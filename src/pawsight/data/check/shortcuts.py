"""Does a number that has nothing to do with the animals tell the classes? A model would learn it instead of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from pawsight.data.check.findings import Shortcut
from pawsight.data.check.folds import Indices, folds
from pawsight.data.check.survey import Survey
from pawsight.data.manifest import Row
from pawsight.types import Floats

WARN_ABOVE = 0.65

# A tree of few leaves learns "very dark or very bright", which a straight line would miss, and no single photos.
_LEAVES, _SMALLEST_LEAF = 8, 10

Flags = npt.NDArray[np.bool_]


def find_shortcuts(rows: Sequence[Row], survey: Survey) -> list[Shortcut]:
    """Ask of each trivial number how well it alone tells the labels; the best telling first.

    Each number teaches a small tree, which then answers for photos that it did not see.

    Returns:
        One entry a number; none where cross-validation is impossible (see `folds`).
    """
    labels = np.array([row.label for row in rows])
    parts = folds(labels.tolist(), [row.group for row in rows], 0)
    found = [_measure(name, numbers, labels, parts) for name, numbers in _numbers(rows, survey).items() if parts]
    return sorted(found, key=lambda shortcut: -shortcut.auc)


def _numbers(rows: Sequence[Row], survey: Survey) -> dict[str, Floats]:
    width, height = np.array([(row.width, row.height) for row in rows], np.float32).T
    endings = [PurePosixPath(row.path).suffix.lower() for row in rows]
    return {
        "brightness": survey.brightness,
        "contrast": survey.contrast,
        "colour": survey.colour,
        "sharpness": survey.sharpness,
        "size": width * height,
        "ratio": width / height,
        "file ending": np.unique(endings, return_inverse=True)[1].astype(np.float32),
    }


def _measure(
    name: str, numbers: Floats, labels: npt.NDArray[np.str_], parts: list[tuple[Indices, Indices]]
) -> Shortcut:
    classes = np.unique(labels)
    said = np.zeros((len(labels), len(classes)), np.float32)
    for learn, ask in parts:
        tree = DecisionTreeClassifier(max_leaf_nodes=_LEAVES, min_samples_leaf=_SMALLEST_LEAF, random_state=0)
        said[ask] = tree.fit(numbers[learn, None], labels[learn]).predict_proba(numbers[ask, None])
    areas = {label: _area(labels == label, said[:, number]) for number, label in enumerate(classes.tolist())}
    label, (auc, error) = max(areas.items(), key=lambda item: item[1])
    low, high = max(0.0, auc - 1.96 * error), min(1.0, auc + 1.96 * error)
    return Shortcut(name, label, auc, low, high, len(labels), low > WARN_ABOVE)


def _area(shown: Flags, said: Floats) -> tuple[float, float]:
    """Area under the ROC curve and its standard error (Hanley and McNeil 1982)."""
    area = float(roc_auc_score(shown, said))
    positive, negative = int(shown.sum()), int((~shown).sum())
    both_positive, both_negative = area / (2 - area), 2 * area**2 / (1 + area)
    spread = (positive - 1) * (both_positive - area**2) + (negative - 1) * (both_negative - area**2)
    return area, float(np.sqrt((area * (1 - area) + spread) / (positive * negative)))
