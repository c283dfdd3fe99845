"""The loop of `pawsight watch`: whole files are classified, visits answered, photos sorted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pawsight.batch.budget import Promise
from pawsight.batch.classified import ClassifiedPhoto, FingerprintHook
from pawsight.batch.inventory import Inventory, read_inventory
from pawsight.batch.journal import JOURNAL, Mode, read_journal, records
from pawsight.batch.make_plan import check_apart, make_plan
from pawsight.batch.previous_sort import Earlier
from pawsight.batch.run import classify_one
from pawsight.batch.sort import begin, carry_out, check_finished, check_ready
from pawsight.batch.watch.arrivals import Arrivals
from pawsight.batch.watch.hooks import Report
from pawsight.batch.watch.visits import Visit, VisitResult, Visits, classify_visit
from pawsight.classifier import Classifier
from pawsight.parallel import in_order
from pawsight.text import printable

PAUSE = 0.2  # seconds between two looks at what has arrived
AT_ONCE = 64  # photos classified before visits are looked at again
FRESH = 60.0  # seconds; hooks never run for an older visit


@dataclass
class Watch:
    """Sorts photos of one folder as they arrive.

    It fails closed: a photo that cannot be classified, a model that cannot be loaded, a score between the thresholds
    and a visit that is over for a minute never run a hook for a class.

    Attributes:
        folder, into, mode: as for a sort.
        classifier: that answers.
        promise: of an error budget.
        arrivals: new files.
        visits: collects frames.
        hooks: called with each fresh visit.
        report: gets a line for what happens.
        rate: photos a second, at most.
        workers: photos at a time.

    Raises:
        BadSort: the folder would be sorted into itself.
    """

    folder: Path
    into: Path
    mode: Mode
    classifier: Classifier
    promise: Promise | None
    arrivals: Arrivals
    visits: Visits
    hooks: Sequence[Callable[[VisitResult], None]]
    report: Report
    rate: float
    workers: int
    _inventory: Inventory = field(init=False)
    _named: set[str] = field(default_factory=set)
    _looked: bool = False

    def __post_init__(self) -> None:
        check_apart(self.folder, self.into)

    def run(self, stop: Callable[[], bool]) -> None:
        """Work until `stop` says so; then answer and sort what is there.

        Raises:
            BadSort: photos cannot be sorted into the folder.
        """
        _finish(self.into)
        self._inventory = read_inventory(self.into)
        with self.arrivals:
            while not stop():
                self._look()
                self._settle(self.visits.ended())
                time.sleep(PAUSE)
        self._settle(self.visits.ended(everything=True))

    def _look(self) -> None:
        """Classify what has arrived, in portions, no faster than the rate."""
        ready = self.arrivals.ready()
        new = [path for path in ready if not self._inventory.holds(path)]
        if ready and not self._looked:
            self._looked = True
            if not new:
                self.report(
                    f"Nothing new to sort: the {len(ready):,} photos here were sorted earlier. Waiting for more."
                )
        for first in range(0, len(new), AT_ONCE):
            start, portion = time.monotonic(), new[first : first + AT_ONCE]
            for frame in self._classify(portion):
                self.visits.add(frame)
            self._settle(self.visits.ended())
            time.sleep(max(0.0, len(portion) / self.rate - (time.monotonic() - start)))

    def _classify(self, paths: Sequence[str]) -> Iterator[ClassifiedPhoto]:
        hook = FingerprintHook()
        for one in in_order(lambda path: classify_one(self.classifier, path, hook), paths, self.workers, self.workers):
            if found := hook.seen(one):
                yield found
            elif one.path not in self._named:  # a broken file is named once; when it changes, it is tried again
                self._named.add(one.path)
                self.report(f"{printable(os.path.relpath(one.path, self.folder))}: {printable(str(one.error))}")

    def _settle(self, visits: Sequence[Visit]) -> None:
        thresholds = self.promise.held_out.thresholds if self.promise else self.classifier.card.thresholds
        for visit in visits:
            answer = classify_visit(visit, thresholds)
            photos = "1 photo" if answer.frames == 1 else f"{answer.frames} photos"
            scores = ", ".join(f"{name} {score:.3f}" for name, score in answer.scores.items())
            fresh = visit.age <= FRESH
            self.report(f"{answer.verdict}: {photos} ({scores})" + ("" if fresh else ", too old for hooks"))
            for hook in self.hooks if fresh else ():
                hook(answer)
            self._sort(visit)

    def _sort(self, visit: Visit) -> None:
        """Sort the photos of a visit, as `pawsight sort` does."""
        card = self.classifier.card
        earlier = Earlier(self._inventory)
        plan = make_plan(
            visit.frames, [], self.folder, self.into, self.mode, card, promise=self.promise, earlier=earlier
        )
        check_ready(plan)
        for step, left in zip(plan.steps, carry_out(begin(plan)), strict=True):
            if left:
                self.report(f"{printable(left.path)}: {left.reason}")
            elif step.verdict:
                self._inventory.add(step, plan)


def _finish(into: Path) -> None:
    """Complete a sort that a power cut or a full disk has stopped."""
    found = records(into)
    if not found:
        return
    record = read_journal(found[-1] / JOURNAL)
    if record.header and not record.finished and not record.undone:
        for _ in carry_out(found[-1]):
            pass
    check_finished(into)
