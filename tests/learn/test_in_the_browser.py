"""Learning in the browser: its JavaScript, run by Node.js, against `pawsight.learn` on the same features."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight.data.scan import ScannedPhoto
from pawsight.learn.cross_validation import FoldPlan, make_plan
from pawsight.learn.curve import Curve, learning_curve
from pawsight.learn.error_projection import ErrorProjection
from pawsight.learn.head import Head, fit_head
from pawsight.learn.model_selection import HeadSettings, HeldOutPredictions, try_out
from pawsight.learn.outliers import OutlierBank, unit
from pawsight.learn.photos import LabeledPhotos
from pawsight.types import Floats, no_progress

SCRIPT = Path(__file__).parent / "learn_in_node.mjs"
DIMENSIONS, KINDS, OF_KIND = 48, 6, 10


@dataclass(frozen=True)
class Both:
    """What Python learned, and what JavaScript learned, from the same photos."""

    plan: FoldPlan
    curve: Curve
    choice: HeadSettings
    answers: HeldOutPredictions
    head: Head
    asked: Floats
    node: dict[str, Any]


@pytest.fixture(scope="module", params=["two", "three", "none", "no bank", "alike", "together"])
def both(request: pytest.FixtureRequest) -> Both:
    labeled, asked = draw(request.param)
    curve = learning_curve(labeled, 0, no_progress)
    kept = labeled.without_outliers(curve.resembling)
    plan = make_plan(kept.labels, kept.groups, kept.digests, 0)
    choice, answers = try_out(kept, plan, no_progress)
    bank = kept.outliers.features
    exclusive = labeled.exclusive
    head = choice.apply(fit_head(kept.features, kept.targets, choice.strength, exclusive=exclusive, outliers=bank))
    return Both(plan, curve, choice, answers, head, asked, run_node(labeled, asked, curve))


def draw(case: str) -> tuple[LabeledPhotos, Floats]:
    """Photos whose features lie around a middle for each class, with twins, and other things around other middles."""
    rng = np.random.default_rng(len(case))
    classes = ["a", "b"] if case in ("two", "no bank") else ["a", "b", "c"]
    labels = [classes[number % len(classes)] for number in range(50)] + ["neither"] * (12 if case == "none" else 0)
    middles = {name: rng.gamma(0.5, 1.0, DIMENSIONS) for name in [*classes, "neither"]}
    seen = np.stack([middles[name] + rng.gamma(0.5, 0.9, DIMENSIONS) for name in labels]).astype(np.float32)
    asked = np.stack([middles[name] + rng.gamma(0.5, 0.9, DIMENSIONS) for name in labels[:20]]).astype(np.float32)
    kinds = [f"kind {number // OF_KIND}" for number in range(0 if case == "no bank" else KINDS * OF_KIND)]
    others = {name: rng.gamma(0.5, 1.0, DIMENSIONS) for name in dict.fromkeys(kinds)}
    if case == "alike":
        others["kind 2"] = middles["a"]
    bank = np.array([others[name] + rng.gamma(0.5, 0.9, DIMENSIONS) for name in kinds], np.float32)
    hashes = [int(one) for one in rng.integers(0, 2**63, len(labels))]
    hashes[4] = hashes[0]  # twins: their thumbnails are alike, as all of them are here
    if case == "together":  # eight pictures are in two classes each
        for at in range(5, 5 + 16, 2):
            hashes[at + 1], seen[at + 1] = hashes[at], (seen[at] + seen[at + 1]) / 2
            seen[at] = seen[at + 1]
    photos = [
        ScannedPhoto(f"{at}.png", name, f"{at:064x}", hashes[at], 9, 9, np.zeros((16, 16), np.uint8))
        for at, name in enumerate(labels)
    ]
    outliers = OutlierBank(unit(bank.reshape(-1, DIMENSIONS)), np.array(kinds, np.str_))
    return LabeledPhotos(photos, seen, [], len(photos), 1.0, outliers, exclusive=case != "together"), asked


def run_node(labeled: LabeledPhotos, asked: Floats, curve: Curve) -> dict[str, Any]:
    """Learn from the same photos in Node.js, and project the same errors."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    names = sorted(set(labeled.labels))
    given = {
        "rows": labeled.features.tolist(),
        "targets": labeled.targets.astype(int).tolist(),
        "exclusive": labeled.exclusive,
        "places": [names.index(one) for one in labeled.classes],
        "missed": list(curve.missed.values()),
        "seen": list(curve.seen.values()),
        "labels": [names.index(one) for one in labeled.labels],
        "groups": labeled.groups.tolist(),
        "classes": labeled.classes,
        "outliers": labeled.outliers.features.tolist(),
        "kinds": labeled.outliers.kinds.tolist(),
        "asked": asked.tolist(),
    }
    ran = subprocess.run(
        [node, str(SCRIPT)], input=json.dumps(given), capture_output=True, text=True, check=True, timeout=600
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_the_same_photos_are_held_out_together(both: Both) -> None:
    expected = [
        [(fold.train.tolist(), fold.held.tolist()) for fold in folds] for folds in [both.plan.outer, *both.plan.inner]
    ]
    plan = both.node["plan"]
    assert [[(fold["train"], fold["held"]) for fold in folds] for folds in [plan["outer"], *plan["inner"]]] == expected


def test_the_same_head_is_chosen_calibrated_and_fitted(both: Both) -> None:
    assert both.node["strength"] == both.choice.strength
    assert both.node["scaling"]["slope"] == pytest.approx(both.choice.scaling.slope.tolist(), rel=0.01)
    assert both.node["scaling"]["bias"] == pytest.approx(both.choice.scaling.bias.tolist(), abs=0.02)
    columns = np.array(both.node["head"])
    size = float(np.abs(both.head.weights).max())
    assert np.abs(columns[:, :-1].T - both.head.weights).max() <= 0.01 * size
    assert np.abs(np.array(both.node["scores"]) - both.head.scores(both.asked)).max() <= 0.005


def test_the_same_thresholds_and_forecast(both: Both) -> None:
    thresholds, forecast = both.node["thresholds"], both.node["forecast"]
    assert thresholds["present"] == pytest.approx(both.choice.thresholds.present, abs=0.011)
    assert thresholds["absent"] == pytest.approx(both.choice.thresholds.absent, abs=0.011)
    assert forecast["resembling"] == both.curve.resembling
    for name, expected in {
        "unsure": both.curve.unsure,
        "refused": both.curve.refused,
        "falseAccepts": both.curve.false_accepts,
    }.items():
        for field in ("value", "low", "high", "n"):
            assert forecast[name][field] == pytest.approx(getattr(expected, field), abs=0.02), (name, field)


def test_the_same_photos_are_missed_and_the_same_number_is_to_be_added(both: Both) -> None:
    """All but the draws: those who learn from a quarter of the photos learn from another one."""
    [_, missed] = both.node["forecast"]["missed"]
    for name, found in zip(both.curve.missed, missed, strict=True):
        assert found == pytest.approx(both.curve.missed[name][-1], abs=1)
    drawn = [ErrorProjection.draw(both.curve, np.random.default_rng(seed)) for seed in range(20)]
    for (name, seen), found in zip(both.curve.seen.items(), both.node["toAdd"], strict=True):
        expected = [one.more(name, seen) for one in drawn]
        if found is None:
            assert None in expected
            continue
        for field in ("middle", "low", "high"):  # as far as 20 draws of it lie apart
            values = [getattr(one, field) for one in expected if one]
            assert 0.9 * min(values) <= found[field] <= 1.1 * max(values), field


def test_the_same_is_said_of_each_photo_by_a_head_that_had_not_seen_it(both: Both) -> None:
    codes = {"unsure": -3, "both": -2, "neither": -1, "a": 0, "b": 1, "c": 2}
    held = {one["place"]: one for one in both.node["held"]}
    differ = 0
    for place, scores, verdict in zip(both.answers.places, both.answers.scores, both.answers.verdicts, strict=True):
        assert held[int(place)]["scores"] == pytest.approx(scores.tolist(), abs=0.01)
        differ += held[int(place)]["verdict"] != codes[verdict]
    assert differ <= 1  # a score on a threshold may fall to either side
