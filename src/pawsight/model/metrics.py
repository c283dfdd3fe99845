"""The content of `metrics.json`: what evaluation writes, and what a server, which cannot measure, shows.

Everything has a default, so that files of older versions can be read.
"""

from __future__ import annotations

from msgspec import Struct

from pawsight.estimates import NOT_MEASURED, Estimate


class CalibrationBin(Struct, frozen=True, rename={"predicted": "said"}):
    """Scores of about one size: their mean, which `metrics.json` calls `said`, and the share of them that came true."""

    predicted: float
    happened: Estimate


class ClassMetrics(Struct, frozen=True):
    """How one class fares. `support` is the number of photos that show it."""

    precision: Estimate = NOT_MEASURED
    recall: Estimate = NOT_MEASURED
    f1: Estimate = NOT_MEASURED
    roc_auc: Estimate = NOT_MEASURED
    support: int = 0


class Metrics(Struct, frozen=True, kw_only=True):
    """How a classifier fares on photos that show one class each, and how often it takes other photos for a class.

    Attributes:
        split: of the data, `train`, `validation` or `test`; empty where unknown.
        accuracy: share of photos whose highest score is that of the right class.
        macro_precision, macro_recall, macro_f1, roc_auc: plain means over the classes, but for `absent`. A class with
            photos that is never predicted counts with a precision of 0.
        absent: classes without a photo, which no mean includes.
        log_loss: mean binary cross-entropy over photos and classes; 0 is perfect, 0.69 is a coin.
        calibration_error: mean distance between scores and the share of them that came true, over 15 bins of about
            equal mass, without the part that chance alone explains.
        confusion: rows are true classes, columns predicted ones, in the order of `per_class`.
        verdicts: verdict -> photos, over the photos that show one class.
        wrong_verdicts: share of wrong ones among these photos that got a verdict other than `unsure`.
        false_accepts: share of photos of no class that were taken for one; None where there were no such photos.
        reliability: the bins of `calibration_error`, from low to high scores.
        roc: class -> points of its ROC curve, (false positive rate, recall) from (0, 0) to (1, 1).
    """

    split: str = ""
    accuracy: Estimate = NOT_MEASURED
    macro_precision: Estimate = NOT_MEASURED
    macro_recall: Estimate = NOT_MEASURED
    macro_f1: Estimate = NOT_MEASURED
    roc_auc: Estimate = NOT_MEASURED
    log_loss: Estimate = NOT_MEASURED
    calibration_error: Estimate = NOT_MEASURED
    per_class: dict[str, ClassMetrics] = {}
    absent: list[str] = []
    confusion: list[list[int]] = []
    verdicts: dict[str, int] = {}
    wrong_verdicts: Estimate = NOT_MEASURED
    false_accepts: Estimate | None = None
    reliability: list[CalibrationBin] = []
    roc: dict[str, list[tuple[float, float]]] = {}
