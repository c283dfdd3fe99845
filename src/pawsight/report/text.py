"""Metrics and comparisons -> plain text, every number with its n and interval."""

from __future__ import annotations

from collections.abc import Sequence

from pawsight.estimates import Estimate
from pawsight.evaluate.compare import Comparison
from pawsight.evaluate.corrections import CorrectedFigures
from pawsight.evaluate.run import Evaluation
from pawsight.model.metrics import Metrics
from pawsight.model.refusal import Refusal

_RATES = {
    "accuracy": "accuracy",
    "macro_precision": "precision (macro)",
    "macro_recall": "recall (macro)",
    "macro_f1": "F1 (macro)",
    "wrong_verdicts": "wrong verdicts",
    "false_accepts": "false accepts",
}
_NUMBERS = {"roc_auc": "ROC-AUC", "log_loss": "log loss", "calibration_error": "calibration error"}


def summarise(metrics: Metrics) -> str:
    """The numbers as lines of text."""
    lines = [f"{label:<20} {rate(getattr(metrics, name))}" for name, label in _RATES.items() if getattr(metrics, name)]
    lines += [f"{label:<20} {number(getattr(metrics, name))}" for name, label in _NUMBERS.items()]
    for name, entry in metrics.per_class.items():
        lines.append(f"{name:<20} precision {rate(entry.precision)}, recall {rate(entry.recall)}")
        lines.append(f"{'':<20} F1 {rate(entry.f1)}, ROC-AUC {number(entry.roc_auc)}, support {entry.support:,}")
    names = list(metrics.per_class)
    lines.append(f"{'confusion matrix':<20} {'predicted ' + ', '.join(names)}")
    lines += [f"{'  true ' + name:<20} {row}" for name, row in zip(names, metrics.confusion, strict=True)]
    lines.append(f"{'verdicts':<20} {', '.join(f'{name} {n:,}' for name, n in metrics.verdicts.items())}")
    return "\n".join(lines)


def tabulate_refusal(refusal: Refusal) -> str:
    """False accepts by group of kinds, kinds that the network never saw first."""
    rows = [
        ("kinds never seen in training", refusal.new),
        ("kinds seen in training", refusal.seen),
        ("all (training not recorded)", refusal.unknown),
    ]
    rows += [(f"  {group}", share) for group, share in refusal.groups.items()]
    lines = [f"{name:<30} {rate(share)}" for name, share in rows if share.n]
    worst = ", ".join(
        f"{row.kind} {_percent(row.accepted).partition(' (')[0]}{' (seen)' if row.seen else ''}"
        for row in refusal.kinds[:5]
        if row.accepted.value
    )
    return "\n".join(
        [
            f"False accepts in training, {refusal.photos}:",
            *lines,
            *([f"{'most accepted':<30} {worst}"] if worst else []),
        ]
    )


def tabulate(results: Sequence[Evaluation], sizes: Sequence[int]) -> str:
    """Several models side by side, a line each.

    Args:
        results: of the same photos.
        sizes: bytes of each model's graph.
    """
    rows = [("model", "accuracy", *_NUMBERS.values(), "bytes")]
    for result, size in zip(results, sizes, strict=True):
        numbers = (_decimal(getattr(result.metrics, name)) for name in _NUMBERS)
        rows.append((result.model, _percent(result.metrics.accuracy), *numbers, f"{size:,}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    n, split = results[0].metrics.accuracy.n, results[0].split
    return "\n".join([f"{n:,} photos of split {split} that show one class; 95 % intervals in brackets.", *lines])


def contrast(comparison: Comparison) -> str:
    """Return whether one of two models is better, in one line, such as `A is better than B: only A right 12, ...`."""
    counts = (
        f"only {comparison.first} right: {comparison.only_first:,}, "
        f"only {comparison.second} right: {comparison.only_second:,}, p = {comparison.p:.2g}"
    )
    if comparison.better is None:
        return f"{comparison.first}, {comparison.second}: no difference shown at {comparison.n:,} photos ({counts})"
    worse = comparison.second if comparison.better == comparison.first else comparison.first
    return f"{comparison.better} is better than {worse} ({counts}, n = {comparison.n:,})"


def explain_corrections(corrected: CorrectedFigures) -> str:
    """Return what was corrected, in one line."""
    return (
        f"By corrected labels ({corrected.changed:,} labels of split {corrected.result.split} changed, "
        f"{corrected.left_out:,} photos left out):"
    )


def rate(measured: Estimate) -> str:
    """A share in percent, such as `99.42 % (98.97-99.67, n = 1,900)`."""
    return _with_n(_percent(measured), measured)


def number(measured: Estimate) -> str:
    """A plain number, such as `0.0123 (0.0101-0.0150, n = 1,900)`."""
    return _with_n(_decimal(measured), measured)


def _percent(measured: Estimate) -> str:
    if measured.value is None:
        return "not measured"
    return f"{measured.value * 100:.2f} %{_interval(measured, 100, 2)}"


def _decimal(measured: Estimate) -> str:
    if measured.value is None:
        return "not measured"
    return f"{measured.value:.4f}{_interval(measured, 1, 4)}"


def _interval(measured: Estimate, scale: int, digits: int) -> str:
    if measured.low is None or measured.high is None:
        return ""
    return f" ({measured.low * scale:.{digits}f}-{measured.high * scale:.{digits}f})"


def _with_n(text: str, measured: Estimate) -> str:
    n = f"n = {measured.n:,})"
    return f"{text[:-1]}, {n}" if text.endswith(")") else f"{text} ({n}"
