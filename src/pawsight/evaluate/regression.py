"""Compare a new model's predictions on the archive's photos with the old one's, before it may replace the old one."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass

from pawsight.archive import search
from pawsight.archive.entry import ArchivedPhoto
from pawsight.archive.store import Archive
from pawsight.classifier import Classifier
from pawsight.errors import EntryNotFound, ImageError
from pawsight.parallel import in_order, usable_processors
from pawsight.types import ProgressHook, no_progress

_WORKERS = usable_processors()


@dataclass(frozen=True)
class ReplayedPhoto:
    """One photo, answered by both.

    Attributes:
        id: of its entry in the archive.
        correction: what a person says that it shows; None where nobody did.
        old, new: verdicts.
    """

    id: str
    correction: str | None
    old: str
    new: str

    @property
    def was_right(self) -> bool:
        """Whether the old model says what the person says."""
        return self.old == self.correction

    @property
    def is_right(self) -> bool:
        """Whether the new model says what the person says."""
        return self.new == self.correction


@dataclass(frozen=True)
class Replay:
    """What would change.

    Attributes:
        old, new: names and versions of the models.
        cases: all photos that could be read.
        unread: entries whose photo could not be.
    """

    old: str
    new: str
    cases: list[ReplayedPhoto]
    unread: list[str]

    @property
    def flips(self) -> Counter[tuple[str, str]]:
        """(old verdict, new verdict) -> photos, where they differ."""
        return Counter((case.old, case.new) for case in self.cases if case.old != case.new)

    @property
    def corrected(self) -> list[ReplayedPhoto]:
        """Photos that a person has corrected."""
        return [case for case in self.cases if case.correction is not None]

    @property
    def fixed(self) -> list[ReplayedPhoto]:
        """Corrections that the old model does not meet, and the new one does."""
        return [case for case in self.corrected if case.is_right and not case.was_right]

    @property
    def broken(self) -> list[ReplayedPhoto]:
        """Corrections that the old model meets, and the new one does not."""
        return [case for case in self.corrected if case.was_right and not case.is_right]


def replay(
    archive: Archive,
    new: Classifier,
    old: Classifier,
    watch: ProgressHook = no_progress,
    *,
    only_corrected: bool = False,
) -> Replay:
    """Answer for each photo of the archive once more.

    The old model's answer is taken from the archive where it is there, and computed again where an even older model
    answered. A photo that came several times counts once, with what a person said of it last.

    Args:
        archive: to replay; nothing in it is changed.
        new: the model that is to come.
        old: the model that answers now.
        watch: wraps the photos, for a progress bar.
        only_corrected: leave out what nobody has corrected; there is then little to say of flips.
    """

    def work(kept: ArchivedPhoto) -> ReplayedPhoto | str:
        try:
            photo = archive.photo(kept.id)
            before = kept.verdict if kept.model == old.card.id else old.predict([photo])[0].verdict
            return ReplayedPhoto(kept.id, kept.correction, before, new.predict([photo])[0].verdict)
        except (ImageError, EntryNotFound):
            return kept.id

    with archive.index.reading() as session:
        photos = [one for one in search.kept(session) if one.correction is not None or not only_corrected]
    with closing(in_order(work, photos, _WORKERS, 4 * _WORKERS)) as answers:
        done = list(watch(answers, len(photos), "Answering again"))
    cases = [one for one in done if isinstance(one, ReplayedPhoto)]
    return Replay(old.card.id, new.card.id, cases, [one for one in done if isinstance(one, str)])
