"""Error budgets: how many wrong photos a person can live with, instead of a threshold that nobody understands."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from pawsight.batch.distribution_shift import LEAST, PhotoTraits, Reference, differences
from pawsight.errors import BadSort
from pawsight.estimates import wilson_interval
from pawsight.model.card import Budget, ModelCard
from pawsight.model.class_names import NEITHER, UNSURE

MORE = 0.1  # of all photos: so many more of a verdict than were measured are a difference


class Promise(Struct, frozen=True):
    """What a sort promises.

    Attributes:
        most: largest share of wrong ones among the photos outside `please-check`.
        held_out: the thresholds for it, and what they did on photos that the model was not trained on.
        mix: what those photos showed, such as `{"cat": 950, "dog": 960, "neither": 120}`; empty where not recorded.
        compared: photos of the folder that were compared with those; 0 where they were not.
        differs: in what the folder differs from them. Where it does, nothing is promised.
    """

    most: float
    held_out: Budget
    mix: dict[str, int] = {}
    compared: int = 0
    differs: list[str] = []

    @property
    def holds(self) -> bool:
        """Whether anything is promised for this folder."""
        return not self.differs


def compare(
    promise: Promise, reference: Reference | None, traits: Sequence[PhotoTraits], verdicts: Sequence[str]
) -> Promise:
    """Compare a folder with the photos that a promise was measured on; see `pawsight.batch.distribution_shift`.

    Args:
        promise: of an error budget.
        reference: those photos.
        traits: of the folder's photos.
        verdicts: of the same photos; far more of `neither` or `unsure` than were measured are a difference, too.
    """
    if reference is None:
        return promise
    if len(traits) < LEAST:
        return msgspec.structs.replace(promise, mix=reference.mix)
    differs = [*differences(reference, traits), *_shares(promise, reference, verdicts)]
    return msgspec.structs.replace(promise, mix=reference.mix, compared=len(traits), differs=differs)


def _shares(promise: Promise, reference: Reference, verdicts: Sequence[str]) -> list[str]:
    """Say which verdicts are surely more frequent than they may be."""
    mix = reference.mix
    expected = {NEITHER: mix.get(NEITHER, 0) / max(1, sum(mix.values())), UNSURE: promise.held_out.unsure.value or 0.0}
    found = []
    for verdict, share in expected.items():
        count = sum(one == verdict for one in verdicts)
        if wilson_interval(count, len(verdicts))[0] > share + MORE:
            found.append(f"verdicts: {count / len(verdicts):.0%} are {verdict}, of those measured {share:.0%}")
    return found


def parse_share(text: str) -> float:
    """Read `1%`, `0.5 %`, `0.01` or `1/100`.

    Raises:
        ValueError: it is none of these, or not between 0 and 1.
    """
    match = re.fullmatch(r"([\d.]+)\s*(?:(%)|/\s*([\d.]+))?", text.strip())
    if not match:
        raise ValueError(text)
    share = float(match[1]) / (100 if match[2] else float(match[3] or 1))
    if not 0 < share < 1:
        raise ValueError(text)
    return share


def promise(card: ModelCard, most: float) -> Promise:
    """Choose a model's thresholds for a budget: of the budgets in its card, the largest that is within.

    Raises:
        BadSort: the model's card has no such budgets, or none small enough.
    """
    within = [float(known) for known in card.budgets if float(known) <= most]
    if within:
        return Promise(most, card.budgets[f"{max(within):g}"])
    if card.budgets:
        least = min(map(float, card.budgets))
        raise BadSort(
            f"{card.id} cannot promise {most * 100:g}%: the photos held out are too few to prove it.",
            f"Its smallest budget is {least * 100:g}%: --error-budget {least * 100:g}%.",
        )
    raise BadSort(
        f"{card.id} has no error budgets in its card.",
        "Measure them once: pawsight evaluate MODEL --data DATA --write-budgets.",
    )
