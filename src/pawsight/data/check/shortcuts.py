"""Does a number that has nothing to do with the animals tell the classes? A model would learn it instead of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from pawsight.data.check.findings import Shortcut
from pawsight.data.check.folds import Indices, folds
from pawsight.data.check.survey import Survey
from pawsight.data.manifest import Row
from pawsight.data.sources import NEITHER
from pawsight.types import Floats

WARN_ABOVE = 0.65

# A tree of few leaves learns "very dark or very bright", which a straight line would miss, and no single photos.
_LEAVES, _SMALLEST_LEAF = 8, 10

Names = npt.NDArray[np.str_]
Flags = npt.NDArray[np.bool_]


def find_shortcuts(rows: Sequence[Row], survey: Survey) -> list[Shortcut]:
    """Measure how well each trivial number alone tells the classes apart; the most telling first.

    A small decision tree is trained on each number, and predicts for photos that it did not see. Photos of `neither`
    often come from elsewhere and would hide what separates the classes: they are compared with all others separately.

    Returns:
        One entry a number, and one more where there are photos of `neither`; none where cross-validation is impossible
        (see `folds`).
    """
    labels = np.array([row.label for row in rows])
    groups = np.array([row.group for row in rows])
    numbers = _numbers(rows, survey)
    shown = labels != NEITHER
    within = {name: column[shown] for name, column in numbers.items()}
    classes = _measure(within, labels[shown], groups[shown], np.unique(labels[shown]).tolist())
    outliers = _measure(numbers, np.where(shown, "", NEITHER), groups, [NEITHER])
    return sorted([*classes, *outliers], key=lambda shortcut: -shortcut.auc)


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


def _measure(numbers: Mapping[str, Floats], labels: Names, groups: Names, asked: Sequence[str]) -> list[Shortcut]:
    """One entry a number, for that of the labels asked about which it tells best."""
    parts = folds(labels.tolist(), groups.tolist(), 0)
    return [_best(name, _answers(column, labels, parts), labels, asked) for name, column in numbers.items() if parts]


def _answers(numbers: Floats, labels: Names, parts: list[tuple[Indices, Indices]]) -> Floats:
    """Return a tree's probability of each label for photos that it did not see: `(N, labels)`, in sorted order."""
    probabilities = np.zeros((len(labels), len(np.unique(labels))), np.float32)
    for learn, ask in parts:
        tree = DecisionTreeClassifier(max_leaf_nodes=_LEAVES, min_samples_leaf=_SMALLEST_LEAF, random_state=0)
        probabilities[ask] = tree.fit(numbers[learn, None], labels[learn]).predict_proba(numbers[ask, None])
    return probabilities


def _best(name: str, probabilities: Floats, labels: Names, asked: Sequence[str]) -> Shortcut:
    known = np.unique(labels).tolist()
    areas = {label: _area(labels == label, probabilities[:, known.index(label)]) for label in asked}
    label, (auc, error) = max(areas.items(), key=lambda item: item[1])
    low, high = max(0.0, auc - 1.96 * error), min(1.0, auc + 1.96 * error)
    return Shortcut(name, label, auc, low, high, len(labels), low > WARN_ABOVE)


def _area(shown: Flags, probabilities: Floats) -> tuple[float, float]:
    """Area under the ROC curve and its standard error (Hanley and McNeil 1982)."""
    area = float(roc_auc_score(shown, probabilities))
    positive, negative = int(shown.sum()), int((~shown).sum())
    both_positive, both_negative = area / (2 - area), 2 * area**2 / (1 + area)
    spread = (positive - 1) * (both_positive - area**2) + (negative - 1) * (both_negative - area**2)
    return area, float(np.sqrt((area * (1 - area) + spread) / (positive * negative)))
