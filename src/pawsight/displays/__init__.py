"""Arrays -> figures: objects that hold their numbers, draw when asked, and keep what they drew.

The only package that imports matplotlib; figures are made without pyplot, so that no window system and no global state
is touched.
"""

from pawsight.displays.calibration import CalibrationDisplay
from pawsight.displays.confusion import ConfusionDisplay
from pawsight.displays.figures import new_figure, to_svg
from pawsight.displays.history import HistoryDisplay
from pawsight.displays.rates import RateDisplay
from pawsight.displays.risk import RiskCoverageDisplay
from pawsight.displays.roc import RocDisplay

__all__ = [
    "CalibrationDisplay",
    "ConfusionDisplay",
    "HistoryDisplay",
    "RateDisplay",
    "RiskCoverageDisplay",
    "RocDisplay",
    "new_figure",
    "to_svg",
]
