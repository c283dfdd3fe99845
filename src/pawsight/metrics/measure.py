"""Targets, scores and verdicts -> everything that is measured of a classifier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, rankdata

from pawsight.estimates import Estimate, proportion
from pawsight.metrics.calibration import calibration_bins, calibration_error
from pawsight.metrics.intervals import auc, f1, mean_auc, mean_f1, mean_of_losses, mean_share
from pawsight.model.class_names import NEITHER, UNSURE
from pawsight.model.metrics import ClassMetrics, Metrics
from pawsight.types import Floats

ROC_POINTS = 100
_CLIP = 1e-7

Labels = npt.NDArray[np.int64]


def measure(
    targets: Floats, scores: Floats, verdicts: Sequence[str], classes: Sequence[str], split: str = ""
) -> Metrics:
    """Measure a classifier.

    Args:
        targets: `(N, C)`, 1 for the class that a photo shows; all 0 for photos of none. Photos of several count in no
            number.
        scores: `(N, C)`, 0..1.
        verdicts: N verdicts, as `pawsight.classifier` gives them.
        classes: C names.
        split: of the data, for the record.

    Raises:
        ValueError: no photo shows exactly one class, so that there is nothing to measure.
    """
    single = targets.sum(axis=1) == 1
    if not single.any():
        raise ValueError("Expected photos that show exactly one class, but there are none.")
    wanted, probabilities = targets[single], scores[single]
    truth, predicted, names = wanted.argmax(axis=1), probabilities.argmax(axis=1), np.asarray(classes, dtype=object)
    judged = np.asarray(verdicts, dtype=object)
    counts = _confusion(truth, predicted, len(classes))
    per_class = dict(zip(classes, _per_class(counts, _areas(wanted, probabilities)), strict=True))
    return Metrics(
        split=split,
        accuracy=proportion(int((truth == predicted).sum()), len(truth)),
        **_means(counts, list(per_class.values())),
        log_loss=_log_loss(wanted, probabilities),
        calibration_error=calibration_error(wanted, probabilities),
        per_class=per_class,
        absent=[name for name, one in per_class.items() if not one.support],
        confusion=counts.tolist(),
        verdicts={verdict: int((judged[single] == verdict).sum()) for verdict in sorted(set(judged[single]))},
        wrong_verdicts=_wrong_verdicts(names[truth], judged[single]),
        false_accepts=_false_accepts(judged[targets.sum(axis=1) == 0]),
        reliability=calibration_bins(wanted, probabilities),
        roc={name: _roc(wanted[:, number], probabilities[:, number]) for number, name in enumerate(classes)},
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the p value of McNemar's exact test (McNemar 1947): the probability that two equally good classifiers
    differ at least so much.

    Args:
        only_first, only_second: photos that one classifier alone got right. Photos that both got right or both wrong
            tell nothing about which is better.

    Returns:
        The two-sided p, 0..1; 1 where they never differ.
    """
    differ = only_first + only_second
    return float(binomtest(only_first, differ).pvalue) if differ else 1.0


def log_loss(targets: Floats, scores: Floats) -> float:
    """Return the mean binary cross-entropy over photos and classes; scores are kept from 0 and 1 by 1e-7."""
    return float(_losses(targets, scores).mean())


def _losses(targets: Floats, scores: Floats) -> npt.NDArray[np.float64]:
    """Return the mean binary cross-entropy of each photo, `(N,)`."""
    kept = np.clip(scores.astype(np.float64), _CLIP, 1 - _CLIP)
    losses: npt.NDArray[np.float64] = -(targets * np.log(kept) + (1 - targets) * np.log(1 - kept)).mean(axis=1)
    return losses


def _log_loss(targets: Floats, scores: Floats) -> Estimate:
    """Return the mean loss. A photo that was not seen is taken to be no worse than the surest answer seen would be,
    were another class there."""
    others = (np.roll(targets, turn, axis=1) for turn in range(1, targets.shape[1]))
    losses = _losses(targets, scores)
    worst = max((float(_losses(other, scores).max()) for other in others), default=float(losses.max()))
    return mean_of_losses(losses, worst)


def _confusion(truth: Labels, predicted: Labels, classes: int) -> Labels:
    """Return `(C, C)` photos: rows are true classes, columns predicted ones."""
    return np.bincount(truth * classes + predicted, minlength=classes**2).reshape(classes, classes)


def _per_class(counts: Labels, areas: npt.NDArray[np.float64]) -> list[ClassMetrics]:
    total = int(counts.sum())
    return [
        ClassMetrics(
            precision=proportion(hits, predicted),
            recall=proportion(hits, support),
            f1=f1(hits, support + predicted - 2 * hits),
            roc_auc=auc(area, support, total - support),
            support=support,
        )
        for hits, support, predicted, area in zip(
            counts.diagonal().tolist(), counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist(), areas, strict=True
        )
    ]


def _means(counts: Labels, per_class: Sequence[ClassMetrics]) -> dict[str, Estimate]:
    """Return the means over the classes that have photos."""
    n, support, predicted = int(counts.sum()), counts.sum(axis=1), counts.sum(axis=0)
    present = support > 0
    hits, support, predicted = counts.diagonal()[present], support[present], predicted[present]
    return {
        "macro_precision": mean_share(hits, predicted, n),
        "macro_recall": mean_share(hits, support, n),
        "macro_f1": mean_f1(hits, support + predicted - 2 * hits, n),
        "roc_auc": mean_auc([one.roc_auc for one in per_class], n),
    }


def _areas(targets: Floats, scores: Floats) -> npt.NDArray[np.float64]:
    """Return the area under the ROC curve of each class from ranks (Mann and Whitney 1947), `(C,)`; NaN for a class
    that all photos or none show."""
    shown = targets.sum(axis=0, dtype=np.float64)
    above = (rankdata(scores, axis=0) * targets).sum(axis=0) - shown * (shown + 1) / 2
    pairs = shown * (len(targets) - shown)
    areas: npt.NDArray[np.float64] = np.divide(above, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return areas


def _roc(truth: Floats, scores: Floats) -> list[tuple[float, float]]:
    if not 0 < truth.sum() < len(truth):
        return []
    from sklearn.metrics import roc_curve  # takes a second to import, and many a measurement needs no curve

    false, true, _ = roc_curve(truth, scores)
    chosen = np.unique(np.linspace(0, len(false) - 1, ROC_POINTS).round().astype(int))
    return [(round(float(false[place]), 5), round(float(true[place]), 5)) for place in chosen]


def _wrong_verdicts(truth: npt.NDArray[np.object_], verdicts: npt.NDArray[np.object_]) -> Estimate:
    answered = verdicts != UNSURE
    return proportion(int((verdicts[answered] != truth[answered]).sum()), int(answered.sum()))


def _false_accepts(verdicts: npt.NDArray[np.object_]) -> Estimate | None:
    accepted = ~np.isin(verdicts, [NEITHER, UNSURE])
    return proportion(int(accepted.sum()), len(verdicts)) if len(verdicts) else None
