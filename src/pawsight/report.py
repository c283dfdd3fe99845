"""Metrics -> plain text, every number with its n and interval."""

from __future__ import annotations

from pawsight.metrics import Measured, Metrics

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
    lines.append(f"{'confusion matrix':<20} {'told ' + ', '.join(names)}")
    lines += [f"{'  true ' + name:<20} {row}" for name, row in zip(names, metrics.confusion, strict=True)]
    lines.append(f"{'verdicts':<20} {', '.join(f'{name} {n:,}' for name, n in metrics.verdicts.items())}")
    return "\n".join(lines)


def rate(measured: Measured) -> str:
    """A share in percent, such as `99.42 % (98.97-99.67, n = 1,900)`."""
    if measured.value is None:
        return "not measured (n = 0)"
    return f"{measured.value:.2%}{_interval(measured, 100, 2)}".replace("%", " %", 1)


def number(measured: Measured) -> str:
    """A plain number, such as `0.0123 (0.0101-0.0150, n = 1,900)`."""
    if measured.value is None:
        return "not measured (n = 0)"
    return f"{measured.value:.4f}{_interval(measured, 1, 4)}"


def _interval(measured: Measured, scale: int, digits: int) -> str:
    if measured.low is None or measured.high is None:
        return f" (n = {measured.n:,})"
    return f" ({measured.low * scale:.{digits}f}-{measured.high * scale:.{digits}f}, n = {measured.n:,})"
