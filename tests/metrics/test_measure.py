"""Numbers checked against hand calculation and the literature."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.metrics import log_loss, mcnemar, measure

CLASSES = ("cat", "dog")


def _targets(labels: str) -> np.ndarray:
    """`c`at, `d`og or `n`either, a letter a photo."""
    return np.array([[letter == "c", letter == "d"] for letter in labels], dtype=np.float32)


def test_a_small_case_by_hand() -> None:
    targets = _targets("cccddn")
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.1, 0.9], [0.2, 0.8], [0.6, 0.2]], dtype=np.float32)
    metrics = measure(targets, scores, ["cat", "cat", "dog", "dog", "unsure", "cat"], CLASSES)
    assert metrics.accuracy.value == pytest.approx(4 / 5)
    assert metrics.confusion == [[2, 1], [0, 2]]
    assert metrics.per_class["cat"].recall.value == pytest.approx(2 / 3)
    assert metrics.per_class["cat"].precision.value == 1
    assert metrics.per_class["dog"].precision.value == pytest.approx(2 / 3)
    assert metrics.per_class["dog"].f1.value == pytest.approx(0.8)
    assert metrics.per_class["dog"].support == 2
    assert metrics.macro_f1.value == pytest.approx(0.8)
    assert metrics.verdicts == {"cat": 2, "dog": 2, "unsure": 1}
    assert metrics.wrong_verdicts.value == pytest.approx(1 / 4)
    assert metrics.false_accepts is not None
    assert metrics.false_accepts.value == 1
    expected = -np.log([0.9, 0.9, 0.8, 0.8, 0.3, 0.3, 0.9, 0.9, 0.8, 0.8]).mean()
    assert metrics.log_loss.value == pytest.approx(expected, rel=1e-5)


def test_every_summary_has_n_and_an_interval_around_it() -> None:
    rng = np.random.default_rng(1)
    targets = _targets("cd" * 100)
    scores = np.clip(targets * 0.4 + rng.uniform(0, 0.6, targets.shape), 0, 1).astype(np.float32)
    metrics = measure(targets, scores, ["cat"] * 200, CLASSES)
    for name in ("accuracy", "macro_precision", "macro_recall", "macro_f1", "roc_auc", "log_loss"):
        number = getattr(metrics, name)
        assert number.n == 200
        assert number.low <= number.value <= number.high, name
    assert metrics.false_accepts is None


def test_auc_of_a_perfect_and_of_a_reversed_ranking() -> None:
    targets = _targets("ccdd")
    perfect = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9]], dtype=np.float32)
    assert measure(targets, perfect, ["cat"] * 4, CLASSES).roc_auc.value == 1
    assert measure(targets, 1 - perfect, ["cat"] * 4, CLASSES).roc_auc.value == 0


def test_numbers_are_those_of_scikit_learn() -> None:
    """With ties among the scores, and a class that is predicted but never true, which no mean includes."""
    reference = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 300)
    scores = rng.random((300, 4)).round(1).astype(np.float32)
    guess = scores.argmax(axis=1)
    metrics = measure(np.eye(4, dtype=np.float32)[truth], scores, ["unsure"] * 300, list("abcd"))
    expected = reference.precision_recall_fscore_support(
        truth, guess, labels=range(3), zero_division=0, average="macro"
    )
    found = metrics.macro_precision.value, metrics.macro_recall.value, metrics.macro_f1.value
    assert found == pytest.approx(expected[:3])
    assert metrics.absent == ["d"]
    assert metrics.confusion == reference.confusion_matrix(truth, guess, labels=range(4)).tolist()
    for number, name in enumerate("abc"):
        area = reference.roc_auc_score(truth == number, scores[:, number])
        assert metrics.per_class[name].roc_auc.value == pytest.approx(area)


def test_a_class_without_photos_has_no_auc() -> None:
    metrics = measure(_targets("ccc"), np.full((3, 2), 0.5, np.float32), ["unsure"] * 3, CLASSES)
    assert metrics.per_class["dog"].roc_auc.value is None
    assert metrics.roc_auc.value is None


def test_photos_of_no_class_alone_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="exactly one class"):
        measure(_targets("nn"), np.zeros((2, 2), np.float32), ["neither"] * 2, CLASSES)


def test_log_loss_of_a_coin() -> None:
    assert log_loss(_targets("cd"), np.full((2, 2), 0.5, np.float32)) == pytest.approx(np.log(2), rel=1e-6)


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    # By hand: both tails of a fair coin's binomial distribution.
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 2 / 32), (6, 0, 2 / 64), (2, 8, 2 * (1 + 10 + 45) / 1024), (4, 4, 1.0)],
)
def test_mcnemar_by_hand(only_first: int, only_second: int, p: float) -> None:
    assert mcnemar(only_first, only_second) == pytest.approx(p)
    assert mcnemar(only_second, only_first) == pytest.approx(p)


def test_photos_of_both_are_no_photos_of_none() -> None:
    targets = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype=np.float32)
    metrics = measure(targets, targets, ["cat", "dog", "both", "dog"], CLASSES)
    assert metrics.accuracy.n == 2
    assert metrics.false_accepts is not None
    assert (metrics.false_accepts.value, metrics.false_accepts.n) == (1, 1)


@pytest.mark.parametrize("n", [3, 30, 300])
def test_perfect_answers_leave_every_interval_open(n: int) -> None:
    targets = np.tile(np.eye(2, dtype=np.float32), (n, 1))
    metrics = measure(targets, targets * 0.98 + 0.01, ["cat", "dog"] * n, CLASSES)
    for name in ("accuracy", "macro_precision", "macro_recall", "macro_f1", "roc_auc"):
        number = getattr(metrics, name)
        assert number.value == number.high == 1, name
        assert number.low < 1 - 1 / (2 * n + 2), name
    assert metrics.per_class["cat"].f1.low < 1 - 1 / (n + 2)
    assert metrics.log_loss.low < metrics.log_loss.value < metrics.log_loss.high - 1 / (2 * n)
    assert metrics.calibration_error.high - metrics.calibration_error.low > 0


def test_an_absent_class_is_named_and_left_out() -> None:
    targets = np.eye(3, dtype=np.float32)[[0, 1] * 20]
    metrics = measure(targets, targets, ["cat", "dog"] * 20, ("cat", "dog", "owl"))
    assert metrics.absent == ["owl"]
    assert metrics.macro_recall.value == metrics.macro_f1.value == metrics.macro_precision.value == 1


def test_a_class_that_is_never_predicted_has_no_precision_and_lowers_the_mean() -> None:
    metrics = measure(_targets("ccd"), np.array([[0.9, 0.1]] * 3, np.float32), ["cat"] * 3, CLASSES)
    assert metrics.per_class["dog"].precision.value is None
    assert metrics.macro_precision.value == pytest.approx((2 / 3 + 0) / 2)
