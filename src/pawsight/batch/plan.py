"""The plan of a sort: what it will do, all of it known before anything is done."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import msgspec
from msgspec import Struct

from pawsight.batch.budget import Promise
from pawsight.batch.journal import HOME, PLAN, Mode, Step
from pawsight.errors import BadSort
from pawsight.model.class_names import BOTH, NEITHER, PLEASE_CHECK, UNSURE


class SkippedFile(Struct, frozen=True):
    """A file that stays where it is, and why."""

    path: str
    reason: str


class ChangedAnswer(Struct, frozen=True):
    """A photo of an earlier sort that would go into another folder now.

    Attributes:
        path: where it stands, below the folder that is sorted into.
        verdict: of the model now.
    """

    path: str
    verdict: str


class SortPlan(Struct, frozen=True, kw_only=True):
    """All steps of a sort.

    Attributes:
        folder: the folder that is sorted, absolute.
        into: the folder that is sorted into, absolute.
        mode: copy, move or link.
        model: name and version of the model that classified.
        classes: its classes.
        promise: None without an error budget.
        steps: in their order; those with a verdict are photos, others go with the photo before them.
        left: what stays where it is.
        already: how many photos of the folder were sorted earlier and are left alone.
        corrected: how many photos a person has moved between class folders since.
        changed: photos of earlier sorts that get another answer now; they are moved only where steps say so.
    """

    folder: str
    into: str
    mode: Mode
    model: str
    classes: list[str]
    promise: Promise | None = None
    steps: list[Step]
    left: list[SkippedFile]
    already: int = 0
    corrected: int = 0
    changed: list[ChangedAnswer] = []

    @property
    def photos(self) -> list[Step]:
        """The steps that are photos of the sorted folder."""
        return [step for step in self.steps if step.verdict and not step.refile]

    def counts(self) -> dict[str, int]:
        """Return how many photos go into each folder: those of classes first, the one for people last."""
        found = Counter(folder_of(step.verdict) for step in self.photos)
        return {name: found[name] for name in (*self.classes, BOTH, NEITHER, PLEASE_CHECK)}


def folder_of(verdict: str) -> str:
    """The folder that photos of a verdict go into."""
    return PLEASE_CHECK if verdict == UNSURE else verdict


def read_plan(record: Path) -> SortPlan:
    """Read the plan of a sort.

    Raises:
        BadSort: it is missing or damaged: the sort was stopped before it began.
    """
    try:
        return msgspec.convert(json.loads((record / PLAN).read_bytes()), SortPlan)
    except (OSError, ValueError) as error:
        raise BadSort(
            f"The plan of a sort, {record / PLAN}, cannot be read ({error}).", "Nothing was touched: undo it."
        ) from error


def missing_folders(plan: SortPlan) -> list[Path]:
    """List the folders that a sort has to make, outermost first, without those of its records."""
    into = Path(plan.into)
    wanted = {into / os.path.dirname(step.target) for step in plan.steps} | {into, into / HOME}
    wanted |= set(into.parents)
    return sorted(path for path in wanted if not path.exists())
