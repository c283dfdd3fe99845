from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pawsight.batch.budget import parse_share, promise
from pawsight.errors import BadSort
from pawsight.estimates import Estimate
from pawsight.model.card import Budget, Thresholds, read_card


@pytest.mark.parametrize(("text", "share"), [("1%", 0.01), ("0.5 %", 0.005), ("0.02", 0.02), ("1/200", 0.005)])
def test_shares(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "none", "0", "0%", "100%", "1", "-1%", "2/1", "1%%", "1.2.3", "1/0.0001"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_share(text)


def budget(present: float) -> Budget:
    return Budget(Thresholds(1 - present, present), Estimate(0.1, 1000, 0.08, 0.12), Estimate(0.004, 900, 0.001, 0.009))


def test_the_largest_budget_within(make_model: Callable[..., Any], tmp_path: Path) -> None:
    card = read_card(make_model(tmp_path / "m", budgets={"0.01": budget(0.8), "0.05": budget(0.6)}))
    assert promise(card, 0.01).held_out.thresholds.present == 0.8
    assert promise(card, 0.04).held_out.thresholds.present == 0.8
    assert promise(card, 0.05).held_out.thresholds.present == 0.6
    with pytest.raises(BadSort, match=r"cannot promise 0\.5%.*--error-budget 1%"):
        promise(card, 0.005)
    with pytest.raises(BadSort, match="--write-budgets"):
        promise(msgspec.structs.replace(card, budgets={}), 0.01)
