"""Numbers in words always come with their n."""

from __future__ import annotations

from typing import Any

import numpy as np

from pawsight.estimates import Estimate
from pawsight.evaluate.compare import Comparison
from pawsight.evaluate.run import Evaluation
from pawsight.metrics import measure
from pawsight.report import contrast, number, rate, summarise, tabulate


def test_a_rate_is_in_percent_with_interval_and_n() -> None:
    assert rate(Estimate(0.9942, 1900, 0.9897, 0.9967)) == "99.42 % (98.97-99.67, n = 1,900)"
    assert number(Estimate(0.0123, 1900, 0.0101, 0.015)) == "0.0123 (0.0101-0.0150, n = 1,900)"
    assert number(Estimate(0.5, 3)) == "0.5000 (n = 3)"
    assert rate(Estimate(None, 0)) == "not measured (n = 0)"


def test_the_summary_names_every_class_and_number() -> None:
    targets = np.array([[1, 0], [0, 1]], dtype=np.float32)
    text = summarise(measure(targets, targets, ["cat", "dog"], ["cat", "dog"]))
    for word in ("accuracy", "precision (macro)", "ROC-AUC", "log loss", "confusion matrix", "support 1", "true dog"):
        assert word in text
    assert text.count("n = ") >= 10


def test_several_models_stand_below_each_other() -> None:
    targets = np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32)
    metrics = measure(targets, targets, ["cat", "dog", "neither"], ["cat", "dog"])
    result = Evaluation("a-1", "test", ["cat", "dog"], ["1", "2", "3"], targets, targets, [], metrics)
    first, titles, *rows = tabulate([result, result], [1000, 2_000_000]).splitlines()
    assert first.startswith("2 photos of split test that show one class")
    assert titles.split()[:2] == ["model", "accuracy"]
    assert [row.split()[-1] for row in rows] == ["1,000", "2,000,000"]
    assert all("a-1    100.00 % (34.24-100.00)  1.0000 (" for row in rows)


def test_better_is_said_only_where_it_is_shown() -> None:
    counts: dict[str, Any] = {"first": "a-1", "second": "b-1", "n": 1917}
    shown = contrast(Comparison(**counts, only_first=3, only_second=30, p=1.4e-6, better="b-1"))
    assert shown == "b-1 is better than a-1 (only a-1 right: 3, only b-1 right: 30, p = 1.4e-06, n = 1,917)"
    open_ = contrast(Comparison(**counts, only_first=3, only_second=5, p=0.727, better=None))
    assert open_ == ("a-1, b-1: no difference shown at 1,917 photos (only a-1 right: 3, only b-1 right: 5, p = 0.73)")
