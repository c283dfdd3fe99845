"""Figures: objects that hold their numbers, draw when asked, and keep what they drew (as in scikit-learn).

Here: the only code that imports matplotlib, without pyplot, so that no window system and no global state is touched.
Not here: computing the numbers (`metrics`), and charts of the web page (`web.ui.charts`).
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
