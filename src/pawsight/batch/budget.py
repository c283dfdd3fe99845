"""An error budget: how many wrong ones a person can live with, in place of a threshold that nobody understands."""

from __future__ import annotations

import re

from msgspec import Struct

from pawsight.card import Budget, ModelCard
from pawsight.errors import BadSort


class Promise(Struct, frozen=True):
    """What a sort promises.

    Attributes:
        most: largest share of wrong ones among the photos that get an answer.
        held_out: the thresholds for it, and what they did on photos that the model was not trained on.
    """

    most: float
    held_out: Budget


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
            f"Expected a budget that {card.id} can keep, but {most:.2%} is less than its photos held out can prove.",
            f"Its least is {least:.2%}: --error-budget {least * 100:g}%.",
        )
    raise BadSort(
        f"Expected a model that knows its error budgets, but the card of {card.id} has none.",
        "Measure them once: pawsight evaluate MODEL --data DATA --write-budgets.",
    )
