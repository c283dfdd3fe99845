"""What a check can find, in the words of its JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from pawsight.errors import BadData
from pawsight.types import RejectedFile

# Label suspects from here on are left out of a training that is asked to.
DOUBT = 0.8


class DuplicateFile(Struct, frozen=True):
    """A photo that stands among duplicates."""

    path: str
    label: str
    split: str


class Duplicates(Struct, frozen=True):
    """Copies of one picture.

    Attributes:
        kind: `exact` where the files are equal byte by byte, `near` where only the pictures are.
        contradictory: its copies carry different labels, so that at least one is wrong.
        across_splits: its copies stand in different splits, so that a test on one knows the other.
        photos: the copies.
    """

    kind: Literal["exact", "near"]
    contradictory: bool
    across_splits: bool
    photos: list[DuplicateFile]


class LabelSuspect(Struct, frozen=True):
    """A photo whose label may be wrong.

    Attributes:
        path, label: as in the manifest.
        suggested: the class that it looks like, or `neither`.
        score: 0..1, how sure the check is that the label is wrong.
    """

    path: str
    label: str
    suggested: str
    score: float


class Odd(Struct, frozen=True):
    """A photo that stands out: which of `KINDS` it is, and the number that tells."""

    path: str
    label: str
    kind: str
    value: float


class Shortcut(Struct, frozen=True):
    """How well a trivial number alone tells a label from the others.

    Attributes:
        number: which one.
        label: the one that it tells best.
        auc: area under the ROC curve of predictions for held-out photos; 0.5 tells nothing, 1 everything.
        low, high: its 95 % interval.
        n: photos.
        warning: even `low` is so high that a model may learn this instead of the animals.
    """

    number: str
    label: str
    auc: float
    low: float
    high: float
    n: int
    warning: bool


class Findings(Struct, frozen=True, kw_only=True):
    """Everything that a check found.

    Attributes:
        data: what was checked, as it was given.
        fingerprint: of the set, see `pawsight.data.manifest.fingerprint`.
        model: the one whose features were used.
        photos: how many good ones there are.
        counts: label -> photos.
        broken: files that cannot be used.
        duplicates: groups of copies, contradictory ones first.
        label_suspects: worst first.
        label_errors: how many labels are wrong, as confident learning estimates it; None where it could not look.
        odd: photos of unusual sharpness, light, size or ratio, by kind, strongest first.
        shortcuts: best telling number first.
        warnings: what a person should know, in plain words.
    """

    data: str
    fingerprint: str
    model: str
    photos: int
    counts: dict[str, int]
    broken: list[RejectedFile]
    duplicates: list[Duplicates]
    label_suspects: list[LabelSuspect]
    label_errors: int | None
    odd: list[Odd]
    shortcuts: list[Shortcut]
    warnings: list[str]

    def doubted(self) -> set[str]:
        """Paths of the photos whose label is all but surely wrong: the suspects that score at least `DOUBT`."""
        return {suspect.path for suspect in self.label_suspects if suspect.score >= DOUBT}


def read_findings(path: Path) -> Findings:
    """Read what `pawsight data check --out FILE` wrote.

    Raises:
        BadData: it is missing, or something else.
    """
    try:
        return msgspec.convert(json.loads(path.read_bytes()), Findings)
    except (OSError, ValueError) as error:  # also msgspec.ValidationError and UnicodeDecodeError
        raise BadData(
            f"Expected what `pawsight data check` found at {path}, but it does not read ({error}).",
            "Write it with `pawsight data check DATA --out FILE`.",
        ) from error
