"""Arrays -> measured numbers, each with the number of photos it rests on and its 95 % interval."""

from pawsight.metrics.calibration import calibration_bins, calibration_error
from pawsight.metrics.measure import log_loss, mcnemar, measure
from pawsight.metrics.selective import answered_wrong, risk_coverage

__all__ = [
    "answered_wrong",
    "calibration_bins",
    "calibration_error",
    "log_loss",
    "mcnemar",
    "measure",
    "risk_coverage",
]
