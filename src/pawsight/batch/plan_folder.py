"""Classify the photos of a folder and plan where they go: what `pawsight sort` and `pawsight watch` have in common."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pawsight.batch.budget import Promise, compare
from pawsight.batch.classified import ClassifiedPhoto, FingerprintHook
from pawsight.batch.distribution_shift import Reference
from pawsight.batch.inventory import read_inventory
from pawsight.batch.journal import Mode
from pawsight.batch.make_plan import decide_all, make_plan, photos_of
from pawsight.batch.plan import SkippedFile, SortPlan
from pawsight.batch.previous_sort import Earlier
from pawsight.batch.run import classify
from pawsight.classifier import Classifier
from pawsight.types import ProgressHook, no_progress


@dataclass
class FolderSort:
    """One sort of a folder, up to its plan.

    Attributes:
        folder: to sort.
        into: to sort into.
        classifier: that answers.
        workers: photos at a time.
        mode: copy, move or link.
        promise: of an error budget.
        reference: the photos that the budget was measured on.
        write_xmp: write a sidecar for each photo that has none.
        doubted: numbers of photos that a person doubts; they go to `please-check`.
        update: also sort photos of earlier sorts again whose answer has changed.
        watch: gets the photos on their way through, for a progress bar.
    """

    folder: Path
    into: Path
    classifier: Classifier
    workers: int
    mode: Mode = "copy"
    promise: Promise | None = None
    reference: Reference | None = None
    write_xmp: bool = False
    doubted: frozenset[int] = frozenset()
    update: bool = False
    watch: ProgressHook = no_progress
    left: list[SkippedFile] = field(default_factory=list)

    def plan(self) -> SortPlan:
        """Classify what is new, and what another model has sorted, and plan.

        Raises:
            BadSort: the folders do not fit, or a class cannot be the name of a folder.
            NoPhotos: there is nothing to sort.
        """
        photos, links = photos_of(self.folder, self.into)
        earlier = Earlier(read_inventory(self.into), update=self.update)
        new = [path for path in photos if not earlier.inventory.holds(path)]
        earlier.already = len(photos) - len(new)
        self.left = list(links)
        seen = list(self._classify(new, "Classifying"))
        again = earlier.to_classify(self.classifier.card.id)
        earlier.again = {one.path: one for one in self._classify(again, "Classifying sorted photos again")}
        if self.promise:
            verdicts = [one.verdict for one in decide_all(seen, self.classifier.card, self.promise)]
            traits = [one.traits for one in seen if one.traits]
            self.promise = compare(self.promise, self.reference, traits, verdicts)
        return make_plan(
            seen,
            self.left,
            self.folder,
            self.into,
            self.mode,
            self.classifier.card,
            self.promise,
            self.write_xmp,
            earlier,
            self.doubted,
        )

    def _classify(self, paths: Sequence[str], label: str) -> Iterator[ClassifiedPhoto]:
        hook = FingerprintHook()
        for one in self.watch(classify(self.classifier, paths, self.workers, hook), len(paths), label):
            if found := hook.seen(one):
                yield found
            else:
                self.left.append(SkippedFile(os.path.relpath(one.path, self.folder), str(one.error)))
