"""What an incremental sort does about the photos of earlier sorts: it leaves them, or sorts them again on request."""

from __future__ import annotations

from dataclasses import dataclass, field

from pawsight.batch.classified import ClassifiedPhoto
from pawsight.batch.decisions import Decision
from pawsight.batch.inventory import Inventory, SortedPhoto
from pawsight.model.card import Thresholds
from pawsight.model.decision import decide


@dataclass
class Earlier:
    """The photos of earlier sorts into one folder.

    Attributes:
        inventory: what stands there.
        already: how many photos of the folder to sort are there.
        update: sort photos again whose answer has changed.
        again: photos of earlier sorts, classified by another model than then, by their place.
    """

    inventory: Inventory
    already: int = 0
    update: bool = False
    again: dict[str, ClassifiedPhoto] = field(default_factory=dict)

    def to_classify(self, model: str) -> list[str]:
        """List the photos that another model has sorted and that nobody has corrected, where they stand now."""
        into = self.inventory.into
        return [str(into / one.place) for one in self._untouched() if one.place and one.model != model]

    def changed(self, thresholds: Thresholds) -> list[tuple[str, Decision]]:
        """List the places of photos that go into another folder now. What a person has moved is never among them."""
        found = []
        for one in self._untouched():
            decision = self._decide(one, thresholds)
            if decision and decision.verdict != one.step.verdict:
                found.append((one.place or "", decision))
        return found

    def _untouched(self) -> list[SortedPhoto]:
        return [one for one in self.inventory.photos if one.place is not None and not one.corrected]

    def _decide(self, one: SortedPhoto, thresholds: Thresholds) -> Decision | None:
        again = self.again.get(str(self.inventory.into / (one.place or "")))
        scores = again.prediction.scores if again else one.step.scores
        return Decision(decide(scores, thresholds), scores) if scores else None
