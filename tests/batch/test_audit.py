from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pawsight.batch.audit import judge, sample
from pawsight.batch.budget import Promise
from pawsight.batch.plan import Plan
from pawsight.card import Budget, Metric, Thresholds
from pawsight.errors import BadSort

HELD_OUT = Budget(Thresholds(0.2, 0.8), Metric(0.1, 1000), Metric(0.004, 900))


@pytest.fixture
def sorted_plan(album: Path, plan_of: Callable[..., Plan]) -> Plan:
    """A sort of 1,000 photos that is done, as far as an audit sees; every tenth was `unsure`."""
    plan = plan_of(album, "copy")
    steps = []
    for number in range(1000):
        verdict = "cat" if number % 10 else "unsure"
        steps.append(msgspec.structs.replace(plan.steps[0], target=f"{verdict}/{number}.jpg", verdict=verdict))
        path = Path(plan.into, steps[-1].target)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return msgspec.structs.replace(plan, steps=steps, promise=Promise(0.01, HELD_OUT))


def test_as_many_as_prove_the_promise(sorted_plan: Plan) -> None:
    steps = sample(sorted_plan)
    assert len({step.target for step in steps}) == len(steps) == 381
    assert {step.verdict for step in steps} == {"cat"}
    assert "is proven" in str(judge(sorted_plan, [], len(steps)))
    assert "neither proven nor broken" in str(judge(sorted_plan, [], len(steps) - 1))


def test_chance_is_even_and_can_be_repeated(sorted_plan: Plan) -> None:
    assert sample(sorted_plan, 90)[:50] == sample(sorted_plan, 50)
    drawn = [step.target for seed in range(40) for step in sample(sorted_plan, 90, seed)]
    assert len(set(drawn)) > 850  # 900 answered; 4 expected draws of each
    assert max(map(drawn.count, set(drawn))) < 16


def test_photos_that_are_gone_are_not_asked_for(sorted_plan: Plan) -> None:
    for step in sorted_plan.steps[5:]:
        Path(sorted_plan.into, step.target).unlink()
    assert len(sample(sorted_plan)) == 4
    for step in sorted_plan.steps[:5]:
        Path(sorted_plan.into, step.target).unlink()
    with pytest.raises(BadSort, match="photos that got an answer"):
        sample(sorted_plan)


def test_judgements(sorted_plan: Plan) -> None:
    broken = judge(sorted_plan, range(1, 13), 381)
    assert broken.broken
    assert "12 of 381 wrong: 3.1% (95 % interval 1.8% to 5.4%)" in str(broken)
    assert "broken" in str(broken)
    assert not judge(sorted_plan, [7, 7], 381).broken
    assert judge(sorted_plan, [7, 7], 381).wrong == 1
    assert "--photos 563" in str(judge(sorted_plan, [7], 381))
    unpromised: Any = msgspec.structs.replace(sorted_plan, promise=None)
    assert len(sample(unpromised)) == 100
    assert "Nothing was promised" in str(judge(unpromised, [1], 100))
    with pytest.raises(BadSort, match="1 to 100, but received 0, 101"):
        judge(unpromised, [0, 101, 5], 100)
