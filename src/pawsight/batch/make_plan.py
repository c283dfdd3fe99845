"""Decide where each photo of a folder goes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from pawsight.batch.budget import Promise
from pawsight.batch.classified import ClassifiedPhoto
from pawsight.batch.companions import in_folders
from pawsight.batch.decisions import Decision, decide_each, decide_together
from pawsight.batch.find import find
from pawsight.batch.inventory import Inventory
from pawsight.batch.journal import Mode, records
from pawsight.batch.make_steps import StepMaker
from pawsight.batch.plan import ChangedAnswer, SkippedFile, SortPlan
from pawsight.batch.previous_sort import Earlier
from pawsight.errors import BadSort, NoPhotos
from pawsight.model.card import ModelCard
from pawsight.model.class_names import UNSURE


def photos_of(folder: Path, into: Path) -> tuple[list[str], list[SkippedFile]]:
    """List the photos to sort, and the links to photos, which stay. What stands in `into` is not listed; nor is a file
    that goes with a photo, such as the RAW of a RAW+JPEG pair.

    Raises:
        BadSort: the two folders are one, or the one to sort is no folder.
        NoPhotos: there is nothing to sort.
    """
    source, target = Path(os.path.realpath(folder)), Path(os.path.realpath(into))
    if not source.is_dir():
        raise BadSort(f"{str(folder)!r} is no folder, so it cannot be sorted.", "Check its path.")
    check_apart(folder, into)
    found = [path for path in _find(folder, into) if target not in Path(os.path.realpath(path)).parents]
    links = [path for path in found if os.path.islink(path)]
    left = [SkippedFile(os.path.relpath(path, folder), "It is a link, and links stay.") for path in links]
    return sorted(in_folders(set(found) - set(links))), left


def check_apart(folder: Path, into: Path) -> None:
    """Refuse to sort a folder into itself.

    Raises:
        BadSort: the two folders are one.
    """
    if os.path.realpath(folder) == os.path.realpath(into):
        raise BadSort("A folder cannot be sorted into itself.", "Choose another --into.")


def _find(folder: Path, into: Path) -> list[str]:
    """List photos; none is no error where earlier sorts may have moved them all."""
    try:
        return find([str(folder)])
    except NoPhotos:
        if records(into):
            return []
        raise


def make_plan(
    seen: Sequence[ClassifiedPhoto],
    left: Iterable[SkippedFile],
    folder: Path,
    into: Path,
    mode: Mode,
    card: ModelCard,
    promise: Promise | None = None,
    write_xmp: bool = False,
    earlier: Earlier | None = None,
    doubted: frozenset[int] = frozenset(),
) -> SortPlan:
    """Decide where each photo goes.

    Args:
        seen: the new photos.
        left: files that stay.
        folder: to sort.
        into: to sort into.
        mode: copy, move or link.
        card: of the model that classified.
        promise: of an error budget.
        write_xmp: write a sidecar for each photo that has none.
        earlier: what stands in `into` already.
        doubted: numbers of photos, from 1 in the order of their paths, that go to `please-check`.

    Raises:
        BadSort: a number that no photo has.
    """
    maker = StepMaker(folder, into, mode, write_xmp)
    earlier = earlier or Earlier(Inventory(into))
    belonging = in_folders(one.path for one in seen)
    decisions = decide_all(seen, card, promise)
    if doubted and not 1 <= min(doubted) <= max(doubted) <= len(seen):
        raise BadSort(f"The new photos are numbered 1 to {len(seen):,}; one of the given numbers is not.")
    pairs = sorted(zip(seen, decisions, strict=True), key=lambda pair: pair[0].path)
    for number, (one, decision) in enumerate(pairs, 1):
        checked = Decision(UNSURE, decision.scores) if number in doubted else decision
        maker.add(one, checked, belonging.get(one.path, []))
    changed = earlier.changed(promise.held_out.thresholds if promise else card.thresholds)
    for place, decision in changed if earlier.update else []:
        maker.refile(place, decision)
    return SortPlan(
        folder=os.path.abspath(folder),
        into=os.path.abspath(into),
        mode=mode,
        model=card.id,
        classes=card.classes,
        promise=promise,
        steps=maker.steps,
        left=sorted([*left, *maker.left], key=lambda one: one.path),
        already=earlier.already,
        corrected=len(earlier.inventory.corrected),
        changed=[ChangedAnswer(place, decision.verdict) for place, decision in changed],
    )


def decide_all(seen: Sequence[ClassifiedPhoto], card: ModelCard, promise: Promise | None) -> list[Decision]:
    """Decide photos: together where they show one moment, or each by itself where an error budget was measured so."""
    predictions = [one.prediction for one in seen]
    if promise:
        return decide_each(predictions, promise.held_out.thresholds)
    return decide_together([one.fingerprint for one in seen], predictions, card.thresholds)
