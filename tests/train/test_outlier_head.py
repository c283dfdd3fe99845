"""A linear layer that was shown outliers refuses others like them, and few photos of the classes."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.train.calibrate import LABEL_ERRORS
from pawsight.train.outlier_head import (
    DOUBTED,
    FEWEST,
    HIGH,
    LOW,
    REFUSED,
    STEEPEST,
    Evidence,
    OutlierHead,
    admit,
    fit_outlier_head,
    logit_line,
)
from pawsight.types import Floats

WIDTH = 16
# Directions of features: pets look along the first axis; cows lean towards them, cars do not.
LOOKS = {"": (3, 0, 0, 0), "cow": (2, 2.5, 0, 0), "horse": (2, 2.4, 0.5, 0), "car": (0, 0, 0, 3)}


def _evidence(counts: dict[str, int], seed: int) -> Evidence:
    rng = np.random.default_rng(seed)
    kinds = np.repeat(list(counts), list(counts.values()))
    centers = np.array([(*LOOKS[kind], *np.zeros(WIDTH - 4)) for kind in kinds])
    features = np.maximum(0, centers + rng.normal(0, 0.5, centers.shape)).astype(np.float32)
    return Evidence(features, np.zeros(len(kinds), np.float32), kinds == "", kinds)


@pytest.fixture(scope="module")
def train() -> Evidence:
    return _evidence({"": 600, "cow": 120, "horse": 60, "car": 120}, 0)


@pytest.fixture(scope="module")
def held_out() -> Evidence:
    return _evidence({"": 2000}, 1)


def _taken(head: OutlierHead | None, kind: str) -> float:
    """Share of new photos of a kind that pass."""
    assert head is not None
    return float((_sigmoid(head.logits(_evidence({kind: 500}, 2))) >= HIGH).mean())


def _sigmoid(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-logits))  # type: ignore[return-value]


def test_outliers_are_refused_and_pets_are_not(train: Evidence, held_out: Evidence) -> None:
    head = fit_outlier_head(train, held_out)
    assert max(_taken(head, kind) for kind in ("cow", "horse", "car")) < 0.05
    assert _taken(head, "") > 0.97


def test_a_kind_never_seen_is_refused_by_what_is_like_it(train: Evidence, held_out: Evidence) -> None:
    assert _taken(fit_outlier_head(train, held_out, ["horse"]), "horse") < 0.1  # cows look like horses
    alone = fit_outlier_head(train, held_out, ["horse", "cow"])
    assert _taken(alone, "cow") > _taken(fit_outlier_head(train, held_out), "cow")


def test_too_few_outliers_teach_nothing(held_out: Evidence) -> None:
    assert fit_outlier_head(_evidence({"": 100, "cow": FEWEST - 1}, 0), held_out) is None


def test_shares_of_refused_and_doubted_photos_are_those_wanted() -> None:
    found = np.random.default_rng(0).normal(0, 9, 100_000).astype(np.float32)
    labelled = np.concatenate([found, np.full(200, -900, np.float32)])  # LABEL_ERRORS of all are no pets
    assert pytest.approx(200 / len(labelled), abs=1e-4) == LABEL_ERRORS
    slope, middle = admit(labelled)
    passed = _sigmoid(slope * (found - middle))
    assert np.mean(passed <= LOW) == pytest.approx(REFUSED, rel=0.1)
    assert np.mean(passed <= HIGH) == pytest.approx(DOUBTED, rel=0.1)


def test_a_line_goes_through_both_points_but_is_never_too_steep() -> None:
    slope, middle = logit_line({0.2: 1.0, 0.8: 5.0})
    np.testing.assert_allclose(_sigmoid(slope * (np.array([1.0, 5.0]) - middle)), [0.2, 0.8])  # type: ignore[arg-type]
    slope, middle = logit_line({0.2: 1.0, 0.8: 1.0})
    assert slope == STEEPEST
    assert _sigmoid(slope * (np.array(1.0) - middle)) == pytest.approx(0.8)  # type: ignore[arg-type]
