"""Numbers in words always come with their n."""

from __future__ import annotations

import numpy as np

from pawsight.metrics import Measured, measure
from pawsight.report import number, rate, summarise


def test_a_rate_is_in_percent_with_interval_and_n() -> None:
    assert rate(Measured(0.9942, 1900, 0.9897, 0.9967)) == "99.42 % (98.97-99.67, n = 1,900)"
    assert number(Measured(0.0123, 1900, 0.0101, 0.015)) == "0.0123 (0.0101-0.0150, n = 1,900)"
    assert number(Measured(0.5, 3)) == "0.5000 (n = 3)"
    assert rate(Measured(None, 0)) == "not measured (n = 0)"


def test_the_summary_names_every_class_and_number() -> None:
    targets = np.array([[1, 0], [0, 1]], dtype=np.float32)
    text = summarise(measure(targets, targets, ["cat", "dog"], ["cat", "dog"]))
    for word in ("accuracy", "precision (macro)", "ROC-AUC", "log loss", "confusion matrix", "support 1", "true dog"):
        assert word in text
    assert text.count("n = ") >= 10
