"""Arrays -> numbers, each with how many photos it rests on and its 95 % interval.

Rates have Wilson's interval (Wilson 1927: honest near 0 and 1), other numbers a bootstrap's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from scipy.stats import binomtest, rankdata

from pawsight.intervals import wilson_interval
from pawsight.types import Floats

RESAMPLES = 500
ROC_POINTS = 100
SUMMARY = ("macro_precision", "macro_recall", "macro_f1", "roc_auc", "log_loss", "calibration_error")
_CLIP = 1e-7

Labels = npt.NDArray[np.int64]


class Measured(Struct, frozen=True):
    """A number with its 95 % interval and the number of photos it rests on; value and interval are None where
    there was nothing to measure."""

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


class Bin(Struct, frozen=True):
    """Some scores of about one size: their mean, and how often what they say is so."""

    said: float
    happened: Measured


class ClassMetrics(Struct, frozen=True):
    """How one class fares. Support is the number of photos that show it."""

    precision: Measured
    recall: Measured
    f1: Measured
    roc_auc: Measured
    support: int


class Metrics(Struct, frozen=True, kw_only=True):
    """How a classifier fares on photos of one class each, and what it says of photos of none.

    Attributes:
        accuracy: share of photos whose highest score is that of the right class.
        macro_precision, macro_recall, macro_f1, roc_auc: plain means over the classes.
        log_loss: mean binary cross-entropy over photos and classes; 0 is perfect, 0.69 is a coin.
        calibration_error: mean distance between what scores say and what happens, over 15 bins of equal mass.
        confusion: rows are true classes, columns told ones, in the order of `per_class`.
        verdicts: verdict -> photos, over the photos that show a class.
        wrong_verdicts: share of wrong ones among the photos that got an answer other than `unsure`.
        false_accepts: share of photos of no class that were told to be one; None where there were no such photos.
        reliability: the bins of `calibration_error`, from low to high scores.
        roc: class -> points of its ROC curve, (false positive rate, true positive rate), at most `ROC_POINTS`.
    """

    accuracy: Measured
    macro_precision: Measured
    macro_recall: Measured
    macro_f1: Measured
    roc_auc: Measured
    log_loss: Measured
    calibration_error: Measured
    per_class: dict[str, ClassMetrics]
    confusion: list[list[int]]
    verdicts: dict[str, int]
    wrong_verdicts: Measured
    false_accepts: Measured | None = None
    reliability: list[Bin] = []
    roc: dict[str, list[tuple[float, float]]] = {}


def wilson(hits: int, n: int) -> Measured:
    """A rate with Wilson's 95 % interval."""
    if not n:
        return Measured(None, 0)
    return Measured(hits / n, n, *wilson_interval(hits, n))


def mcnemar(only_first: int, only_second: int) -> float:
    """McNemar's exact test (McNemar 1947): the probability that two equally good classifiers differ at least so much.

    Args:
        only_first, only_second: photos that one classifier alone got right. Photos that both got right or both wrong
            tell nothing about which is better.

    Returns:
        The two-sided p, 0..1; 1 where they never differ.
    """
    differ = only_first + only_second
    return float(binomtest(only_first, differ).pvalue) if differ else 1.0


def bootstrap(statistic: Callable[[Labels], dict[str, float]], n: int) -> dict[str, Measured]:
    """Numbers with the percentile intervals of `RESAMPLES` resamples of their photos (Efron 1979).

    Args:
        statistic: from the places of the photos to take, `(n,)` int64, to numbers by name; NaN where undefined.
        n: how many photos there are.
    """
    if not n:
        return {}
    rng = np.random.default_rng(0)
    values = statistic(np.arange(n))
    samples = [statistic(rng.integers(0, n, n)) for _ in range(RESAMPLES)]
    return {name: _with_interval(value, [sample[name] for sample in samples], n) for name, value in values.items()}


def _with_interval(value: float, samples: Sequence[float], n: int) -> Measured:
    if np.isnan(value):
        return Measured(None, n)
    low, high = np.nanpercentile(samples, [2.5, 97.5])
    return Measured(value, n, float(low), float(high))


def measure(targets: Floats, scores: Floats, verdicts: Sequence[str], classes: Sequence[str]) -> Metrics:
    """Measure a classifier.

    Args:
        targets: `(N, C)`, 1 for the class that a photo shows; all 0 for photos of none. Photos of several count in no
            number.
        scores: `(N, C)`, 0..1.
        verdicts: N verdicts, as `pawsight.classifier` gives them.
        classes: C names.

    Raises:
        ValueError: no photo shows exactly one class, so that there is nothing to measure.
    """
    known = targets.sum(axis=1) == 1
    if not known.any():
        raise ValueError("Expected photos that show exactly one class, but there are none.")
    wanted, said = targets[known], scores[known]
    truth, guess = wanted.argmax(axis=1), said.argmax(axis=1)
    told = np.asarray(verdicts, dtype=object)
    numbers = bootstrap(lambda rows: _numbers(wanted[rows], said[rows]), len(truth))
    return Metrics(
        accuracy=wilson(int((truth == guess).sum()), len(truth)),
        per_class={
            name: _class_metrics(truth == number, guess == number, numbers, number)
            for number, name in enumerate(classes)
        },
        confusion=_confusion(truth, guess, len(classes)).tolist(),
        verdicts={verdict: int((told[known] == verdict).sum()) for verdict in sorted(set(told[known]))},
        wrong_verdicts=_wrong_verdicts(np.asarray(classes, dtype=object)[truth], told[known]),
        false_accepts=_false_accepts(told[targets.sum(axis=1) == 0], classes),
        reliability=calibration_bins(wanted, said),
        roc={name: _roc(wanted[:, number], said[:, number]) for number, name in enumerate(classes)},
        **{name: numbers[name] for name in SUMMARY},
    )


def _roc(truth: Floats, scores: Floats) -> list[tuple[float, float]]:
    if not 0 < truth.sum() < len(truth):
        return []
    from sklearn.metrics import roc_curve  # takes a second to import, and many a measurement needs no curve

    false, true, _ = roc_curve(truth, scores)
    chosen = np.unique(np.linspace(0, len(false) - 1, ROC_POINTS).round().astype(int))
    return [(round(float(false[place]), 5), round(float(true[place]), 5)) for place in chosen]


def _numbers(targets: Floats, scores: Floats) -> dict[str, float]:
    """Everything that has a bootstrapped interval, by name; per class with the class's number behind the name."""
    classes = range(targets.shape[1])
    counts = _confusion(targets.argmax(axis=1), scores.argmax(axis=1), targets.shape[1])
    hits, shown, told = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    precision, recall, f1 = (2 * hits / np.maximum(of, 1) for of in (2 * told, 2 * shown, shown + told))
    auc = _auc(targets, scores)
    summary = (precision.mean(), recall.mean(), f1.mean(), np.mean(auc))
    numbers = dict(zip(SUMMARY, (*summary, log_loss(targets, scores), calibration_error(targets, scores)), strict=True))
    numbers |= {f"f1 {number}": f1[number] for number in classes}
    numbers |= {f"roc_auc {number}": auc[number] for number in classes}
    return {name: float(value) for name, value in numbers.items()}


def _confusion(truth: Labels, guess: Labels, classes: int) -> Labels:
    """`(C, C)` photos: rows are true classes, columns told ones."""
    return np.bincount(truth * classes + guess, minlength=classes**2).reshape(classes, classes)


def _auc(targets: Floats, scores: Floats) -> npt.NDArray[np.float64]:
    """Area under the ROC curve of each class, `(C,)`; NaN for a class that all photos or none show.

    Told from ranks (Mann and Whitney 1947), for all classes at once: a bootstrap asks for it hundreds of times.
    """
    shown = targets.sum(axis=0, dtype=np.float64)
    above = (rankdata(scores, axis=0) * targets).sum(axis=0) - shown * (shown + 1) / 2
    pairs = shown * (len(targets) - shown)
    areas: npt.NDArray[np.float64] = np.divide(above, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return areas


def _class_metrics(
    truth: npt.NDArray[np.bool_], guess: npt.NDArray[np.bool_], numbers: dict[str, Measured], number: int
) -> ClassMetrics:
    hits = int((truth & guess).sum())
    return ClassMetrics(
        precision=wilson(hits, int(guess.sum())),
        recall=wilson(hits, int(truth.sum())),
        f1=numbers[f"f1 {number}"],
        roc_auc=numbers[f"roc_auc {number}"],
        support=int(truth.sum()),
    )


def log_loss(targets: Floats, scores: Floats) -> float:
    """Mean binary cross-entropy over photos and classes; scores are kept from 0 and 1 by 1e-7."""
    kept = np.clip(scores.astype(np.float64), _CLIP, 1 - _CLIP)
    return float(-(targets * np.log(kept) + (1 - targets) * np.log(1 - kept)).mean())


def calibration_error(targets: Floats, scores: Floats, bins: int = 15) -> float:
    """Expected calibration error over bins of equal mass (Nguyen and O'Connor, arXiv 1508.05154).

    Args:
        targets, scores: `(N, C)`; every score of every class counts as one statement.
    """
    said, happened = scores.ravel(), targets.ravel()
    parts = _equal_mass(said, bins)
    return float(sum(abs(said[part].mean() - happened[part].mean()) * len(part) for part in parts) / len(said))


def calibration_bins(targets: Floats, scores: Floats, bins: int = 15) -> list[Bin]:
    """The bins of `calibration_error`, from low to high scores."""
    said, happened = scores.ravel(), targets.ravel()
    return [
        Bin(float(said[part].mean()), wilson(int(happened[part].sum()), len(part))) for part in _equal_mass(said, bins)
    ]


def _equal_mass(said: Floats, bins: int) -> list[Labels]:
    return np.array_split(np.argsort(said, kind="stable"), min(bins, len(said)))


def risk_coverage(targets: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """What it costs to answer more: photos in the order of how far all their scores are from one half.

    Args:
        targets, scores: `(N, C)`. A photo is told wrongly when any class is on the wrong side of one half.

    Returns:
        Coverage, the share of photos answered, `(N,)`, ascending to 1, and risk, the share of wrong ones among
        these, `(N,)`.
    """
    surest_first = np.argsort(-np.abs(scores - 0.5).min(axis=1), kind="stable")
    wrong = np.any((scores >= 0.5) != (targets >= 0.5), axis=1)[surest_first]
    count = np.arange(1, len(wrong) + 1)
    return (count / len(wrong)).astype(np.float32), (wrong.cumsum() / count).astype(np.float32)


def answered_wrong(targets: Floats, scores: Floats, absent: float, present: float) -> tuple[float, float]:
    """The share of photos with no score between two thresholds, and the share of wrong ones among these (0 of none)."""
    answered = np.all((scores >= present) | (scores <= absent), axis=1)
    wrong = np.any((scores >= 0.5) != (targets >= 0.5), axis=1)
    return float(answered.mean()), float(wrong[answered].mean()) if answered.any() else 0.0


def _wrong_verdicts(truth: npt.NDArray[np.object_], told: npt.NDArray[np.object_]) -> Measured:
    answered = told != "unsure"
    return wilson(int((told[answered] != truth[answered]).sum()), int(answered.sum()))


def _false_accepts(told: npt.NDArray[np.object_], classes: Sequence[str]) -> Measured | None:
    return wilson(int(np.isin(told, [*classes, "both"]).sum()), len(told)) if len(told) else None
