"""Twins never stand on both sides, and every photo is answered for."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from pawsight.learn import cross_validation
from pawsight.learn.cross_validation import FoldPlan, make_plan, thinned

LABELS = ["cat", "dog", "neither"] * 30
GROUPS = np.arange(90) // 2  # neighbours are twins, of two classes even
DIGESTS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(90)]


@pytest.fixture(params=[3000, 50])
def plan(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FoldPlan:
    monkeypatch.setattr(cross_validation, "MOST_FOR_FOLDS", request.param)
    return make_plan(LABELS, GROUPS, DIGESTS, seed=0)


def test_twins_stand_on_one_side(plan: FoldPlan) -> None:
    for fold in plan.folds:
        assert not set(GROUPS[fold.train]) & set(GROUPS[fold.held])


def test_heads_are_chosen_without_the_photos_they_answer_for(plan: FoldPlan) -> None:
    for outer, inner in zip(plan.outer, plan.inner, strict=True):
        for fold in inner:
            assert not set(GROUPS[outer.held]) & (set(GROUPS[fold.train]) | set(GROUPS[fold.held]))


def test_small_sets_answer_for_every_photo_once() -> None:
    plan = make_plan(LABELS, GROUPS, DIGESTS, seed=0)
    assert plan.crossed
    assert sorted(np.concatenate([fold.held for fold in plan.outer])) == list(range(90))
    assert sum(plan.sizes.values()) == 90
    for number, fold in enumerate(plan.outer, 1):
        assert {plan.names[place] for place in fold.held} == {f"fold {number}"}


def test_another_seed_is_another_plan() -> None:
    one, two = (make_plan(LABELS, GROUPS, DIGESTS, seed).names for seed in (0, 1))
    assert one != two


def test_a_thinned_class_keeps_its_share() -> None:
    chosen = thinned(np.arange(90), LABELS, 0.25, seed=0)
    assert sorted(LABELS[place] for place in chosen) == ["cat"] * 8 + ["dog"] * 8 + ["neither"] * 8
    assert len(set(chosen)) == 24
    assert len(thinned(np.arange(3), LABELS, 0.01, seed=0)) == 3
